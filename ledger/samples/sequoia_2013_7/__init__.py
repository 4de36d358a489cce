"""Sequoia Mortgage Trust 2013-7: published class figures of October to December 2014, and what they imply."""
