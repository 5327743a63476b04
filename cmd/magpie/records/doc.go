// Package records has the commands about what the database knows: accounts, people, segments, codes, posts, the desk and reports;
// and those with which a person adds to it by hand.
package records
