"""How the pages look: as the papers do, with what a reader clicks on; and the one file of it that is served."""

from __future__ import annotations

import hashlib

from replay.papers.page_style import PAGE_STYLE

_DEPTHS = "".join(f".steps .d{depth}{{padding-left:{depth * 1.35:.2f}em}}" for depth in range(1, 25))

STYLE = PAGE_STYLE + (
    "body>header.bar{max-width:none;padding:9px 28px;border-bottom:1px solid var(--rule);display:flex;gap:10px 22px;"
    "align-items:center;flex-wrap:wrap;font-size:14px;background:var(--shade)}"
    ".bar .home{font-weight:650;color:var(--ink)}.bar form{margin-left:auto}"
    ".skip{position:absolute;left:-9999px}.skip:focus{left:8px;top:8px;background:var(--paper);padding:6px 12px;"
    "z-index:2}"
    ".crumbs{font-size:13px;color:var(--soft);padding-top:18px}.crumbs ol{columns:1;display:flex;flex-wrap:wrap;gap:0;"
    "margin:0;font-size:13px}.crumbs li{padding:0;gap:0}.crumbs li+li:before{content:'›';padding:0 8px}"
    "main{padding-bottom:30px}main>h1{font-size:24px;margin:8px 0 2px;overflow-wrap:anywhere}"
    "main h2{font-size:18px;margin:28px 0 8px}"
    ".tabs{display:flex;flex-wrap:wrap;gap:2px 18px;margin:10px 0 14px;font-size:14px;border-bottom:1px solid "
    "var(--rule);padding-bottom:8px}.tabs a{padding:3px 0}[aria-current=page]{color:var(--ink);font-weight:600;"
    "text-decoration:underline;text-underline-offset:6px}"
    ".pages{display:flex;flex-wrap:wrap;gap:4px;margin:10px 0;font-size:13px}.pages a{border:1px solid var(--rule);"
    "border-radius:5px;padding:2px 8px;min-width:2.4em;text-align:center;font-variant-numeric:tabular-nums}"
    ".pages [aria-current=page]{background:var(--ink);color:var(--paper);text-decoration:none;"
    "border-color:var(--ink)}"
    "td a,tbody th a{color:inherit;text-decoration:underline;text-decoration-color:var(--strong);"
    "text-underline-offset:3px}td a:hover,td a:focus-visible,tbody th a:hover{color:var(--link);"
    "text-decoration-color:currentColor}"
    "td a.brought{text-decoration:underline dotted var(--soft) 1px}"
    "td a.reported{text-decoration:underline dashed var(--soft) 1px}"
    ".inline{display:flex;flex-wrap:wrap;gap:2px 26px;font-size:13px;margin:10px 0}.inline div{display:flex;gap:8px}"
    ".inline dt{color:var(--soft)}.inline dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}"
    "td.d,td.n{white-space:nowrap}body>footer{padding-top:10px}"
    ".state{display:inline-block;border:1px solid var(--strong);border-radius:10px;padding:0 9px;font-size:12px;"
    "font-weight:600;vertical-align:middle}.state.restated{border-style:dashed;color:var(--warn)}"
    ".state.open{font-weight:400}"
    # The second colour of pictures, as dark as text must be; papers keep it, for they are made again to the byte.
    "@media print,(prefers-color-scheme:light){.chart{--c1:#b0561a}}"
    ":root{--warn:#9a3412}@media (prefers-color-scheme:dark){:root{--warn:#fdba74}}"
    ".told{border-left:3px solid var(--strong);padding:6px 14px;margin:14px 0;background:var(--shade)}"
    ".told.warn{border-color:var(--warn)}"
    "form{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:end;font-size:13px;margin:6px 0}"
    "label{display:flex;flex-direction:column;gap:2px;color:var(--soft);font-size:12px}"
    "input,select,button{font:inherit;font-size:14px;color:var(--ink);background:var(--paper);border:1px solid "
    "var(--strong);border-radius:5px;padding:4px 8px;max-width:100%}button{cursor:pointer;background:var(--shade)}"
    "input,select,button{min-height:34px}::placeholder{color:var(--soft);opacity:1}"
    "input:focus-visible,select:focus-visible,button:focus-visible{outline:2px solid var(--link);outline-offset:1px}"
    ".prose{white-space:pre-wrap;overflow-wrap:anywhere;margin:6px 0;max-width:110ch;font-size:14px}"
    "pre,code,.hash{font-family:ui-monospace,'DejaVu Sans Mono',Consolas,monospace;font-size:12px;"
    "overflow-wrap:anywhere}pre{white-space:pre-wrap;background:var(--shade);padding:12px 14px;border-radius:6px;"
    "max-height:60vh;overflow:auto;margin:8px 0}"
    ".steps td{border-bottom:1px dotted var(--rule)}.steps td:first-child{white-space:normal}" + _DEPTHS + ""
    ".big{font-size:30px;font-weight:650;font-variant-numeric:tabular-nums;margin:4px 0 0;overflow-wrap:anywhere}"
    # On a narrow screen the cells of a row stand one below the other, each beside the heading of its column.
    "@media screen and (max-width:560px){.stacked,.stacked caption,.stacked tbody,.stacked tr{display:block}"
    ".stacked thead{position:absolute;left:-9999px}.stacked tr{padding:6px 0;border-bottom:1px solid var(--rule)}"
    ".stacked tbody td{display:flow-root;border:0;padding:1px 0;text-align:left;white-space:normal;"
    "overflow-wrap:anywhere}.stacked tbody td:empty{display:none}"
    ".stacked tbody td[data-label]{padding-left:38%}.stacked td[data-label]:before{content:attr(data-label);float:left;"
    "width:59%;margin-left:-61.3%;color:var(--soft)}.steps td:not([data-label]){font-weight:600}}"
    # On a narrow screen the flow of cash scrolls by itself, for its words would shrink with it; the others fit.
    "figure:focus-visible{outline:2px solid var(--link);outline-offset:2px}"
    "@media (max-width:720px){figure{overflow-x:auto}figure svg{min-width:680px}.pair figure svg{min-width:0}"
    "body>header.bar{padding:9px 16px}.bar form{margin-left:0}.from{grid-template-columns:1fr}"
    ".from dd{margin-bottom:6px}}"
    "@media print{.bar,.crumbs,.tabs,.pages,form,.skip{display:none!important}td a{color:inherit;text-decoration:none}"
    ":root{--warn:#000}}"
)
"""The whole style; it names no address and no font from elsewhere."""

STYLE_BYTES = STYLE.encode()
STYLE_ADDRESS = f"style-{hashlib.sha256(STYLE_BYTES).hexdigest()[:16]}.css"
"""Its name says what it holds, so that a reader may keep it."""

__all__ = ["STYLE", "STYLE_ADDRESS", "STYLE_BYTES"]
