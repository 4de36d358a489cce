"""The ledger as pages to click: read only, made on the server, and of nothing but text, tables and links.

Every page is made of the reports that the commands print (:mod:`replay.reports`), so that it can say nothing that they
do not; the same address gives the report itself as JSON, CSV or text. :class:`replay.web.application.Application` is a
WSGI application, and :mod:`ledger.http.server` serves it on one address to a bounded number of readers.
"""
