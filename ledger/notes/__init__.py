"""The notes of loans: what falls due by them, to the cent, and why.

A note is what a loan's boarding says of it, read by the conventions of its deal. From where the loan stands an
instalment follows, and from it where the loan stands next; nothing else is known here, no store and no projection.
One loan is reckoned in exact fractions, many at once in columns of whole numbers; both give the same to the last unit.
"""
