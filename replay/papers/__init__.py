"""Papers: a statement as one file that a reader takes away, a page of HTML or a workbook.

Each is made of the same figures as the text and the tables, holds everything it needs, and is the same bytes whenever
it is made again of the same ledger. A workbook needs ``pip install 'indenture[papers]'``.
"""
