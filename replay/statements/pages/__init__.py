"""The pages of a statement, each built from one distribution report.

A page says where figures stand and how they are printed; it computes nothing that a projection should. What it may do
to a value is to turn its sign, where a trustee prints what leaves below zero, and to add up the columns that it prints.
"""
