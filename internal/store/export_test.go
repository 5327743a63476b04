package store

// Waiting is how many batches wait for their turn.
func (db *DB) Waiting() int { return len(db.queue) }

// Node is what tells the ids of a series from those of others.
func (i *IDs) Node() int64 { return i.node }
