"""The pages of a statement, each built from one distribution report.

A page says where figures stand and how they are printed; it computes nothing that a projection should.
"""
