"""The ledger over HTTP, for programs: what the Python API does, posted and read as JSON, JSON Lines and Arrow.

A request passes these stations, in this order, and each may refuse it. The server (:mod:`ledger.http.server`) takes in
a head of bounded size in bounded time; the same server serves the pages of ``replay serve``. The service
(:mod:`ledger.http.service`) asks which route the address is (:mod:`ledger.http.routes`), who shows a token
(:mod:`ledger.http.tokens`), and whether that token may do this with that deal, before it reads a byte of the body. The
query and a body of JSON are held to the types of the route (:mod:`ledger.http.shapes`), events to the codec and tables
to the columns of their type (:mod:`ledger.http.bodies`). Then the ledger is asked, by a login of the token's own where
there are logins. What a refusal looks like stands in :mod:`ledger.http.problems`.

Nothing is decided here that the ledger decides, and nothing of a body is logged or quoted but in the answer to whoever
sent it. The document of the service (:mod:`ledger.http.openapi`) is made of the routes that it answers by.
"""
