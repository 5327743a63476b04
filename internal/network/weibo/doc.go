// Package weibo speaks for a brand account on Sina Weibo. Facts are from the
// pages of open.weibo.com and are less certain than those of other networks:
// which calls an app may make depends on its contract, so an account on Weibo is
// off until its file says otherwise.
package weibo
