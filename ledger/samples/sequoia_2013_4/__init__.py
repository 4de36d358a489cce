"""Sequoia Mortgage Trust 2013-4: published class figures of November 2014 to January 2015, and what they imply."""
