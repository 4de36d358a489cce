"""Papers: a statement as one file that a reader takes away, a page of HTML, a PDF or a workbook.

Each is made of the same figures as the text and the tables, holds everything it needs, and is the same bytes whenever
it is made again of the same ledger. PDFs and workbooks need ``pip install 'indenture[papers]'``.
"""
