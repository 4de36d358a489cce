"""How a statement is laid out on paper: a document of Typst that reads what is to be printed as data.

What a deal is called never becomes part of the document: all of it comes as strings, which Typst prints as they are.
"""

from __future__ import annotations

FONT = "Libertinus Serif"
"""A font that the typesetter brings along, so that paper is the same on every machine."""

LAYOUT = """
#let data = json(bytes(sys.inputs.paper))
#let soft = rgb("#5a6572")
#let hair = 0.4pt + rgb("#d5d9de")
#let strong-rule = 0.6pt + rgb("#8a939e")
#set document(title: data.title + ": " + data.subtitle, author: data.deal,
  description: if data.about == "" { none } else { data.about })
#set text(font: "FONT", size: 9pt, lang: "en", number-width: "tabular", number-type: "lining", hyphenate: false)
#set par(leading: 0.5em)
#set page(
  paper: "a4", flipped: true, margin: (x: 15mm, top: 15mm, bottom: 17mm),
  footer: context {
    set text(7.5pt, fill: soft)
    [#data.deal, #data.subtitle #h(1fr) Page #counter(page).display() of #counter(page).final().first()]
  },
)
#show heading.where(level: 1): set text(15pt, weight: "semibold")
#show heading.where(level: 1): it => block(below: 9pt, it.body)
#show heading.where(level: 2): set text(10.5pt, weight: "semibold")
#show heading.where(level: 2): it => block(above: 11pt, below: 6pt, it.body)
#show outline.entry: set text(9.5pt)
#let sized(count) = if count > 9 { 7.6pt } else if count > 6 { 8.6pt } else { 9.6pt }
#let drawn(list) = for pair in list.chunks(2) {
  grid(columns: (1fr, 1fr), column-gutter: 10mm,
    ..pair.map(one => block(breakable: false, above: 8pt,
      image(bytes(one.svg), format: "svg", width: 100%, alt: one.alt))))
}
#let printed(section) = {
  if section.title != "" { heading(level: 2, outlined: false, section.title) }
  let count = section.columns.len() + 1
  set text(sized(count))
  let wide = if count > 6 { (auto,) + (1fr,) * (count - 1) } else { (auto,) * count }
  let side = if count > 9 { 3pt } else { 7pt }
  let above = if section.rows.len() > 24 { 2.1pt } else { 3.2pt }
  let edges = (x, y) => (left: if x == 0 { 0pt } else { side }, right: side, y: above)
  table(
    columns: wide, stroke: none, inset: edges,
    align: (x, y) => if x == 0 { left } else if section.columns.at(x - 1).right { right } else { left },
    table.header(
      text(fill: soft, section.first),
      ..section.columns.map(column => align(bottom, text(fill: soft, column.name))),
      table.hline(stroke: strong-rule),
    ),
    ..for row in section.rows {
      if row.over {
        (table.cell(colspan: count, inset: (left: 0pt, right: 6pt, top: 6pt, bottom: 2pt),
          text(weight: "semibold", row.label)),)
      } else {
        (if row.under { pad(left: 8pt, row.label) } else { row.label },)
        row.cells.map(cell => if cell.mark == "" { cell.text } else { underline(stroke: (paint: soft, thickness: 0.4pt,
          dash: if cell.mark == "brought" { "dotted" } else { "dashed" }), offset: 2pt, cell.text) })
        (table.hline(stroke: hair),)
      }
    },
  )
}
#let pairs(list) = grid(columns: (auto, 1fr), column-gutter: 14pt, row-gutter: 5pt,
  ..for (name, value) in list { (text(fill: soft, name), value) })
#let note(body) = block(above: 6pt, text(8pt, fill: soft, body))

#v(8mm)
#text(24pt, weight: "semibold", data.title)
#v(-4mm)
#text(13pt, fill: soft, data.subtitle)
#if data.more != "" { block(above: 8pt, text(10pt, fill: soft, data.more)) }
#v(3mm)
#grid(columns: (1fr,) * data.key.len(), column-gutter: 8mm,
  ..data.key.map(((name, value)) => block(width: 100%, inset: (y: 7pt), stroke: (top: strong-rule, bottom: hair),
    [#text(8.5pt, fill: soft, name) \\ #text(13pt, weight: "semibold", value)])))
#v(2mm)
#columns(2, gutter: 12mm, outline(title: text(11pt)[Contents], depth: 1))
#if data.parties.len() > 0 {
  heading(level: 2, outlined: false)[Parties]
  grid(columns: (auto, auto, 1fr), column-gutter: 14pt, row-gutter: 5pt,
    ..for (role, name, contact) in data.parties { (text(fill: soft, role), name, contact) })
}
#pagebreak()
= The month at a glance
#for one in data.flow { image(bytes(one.svg), format: "svg", width: 88%, alt: one.alt) }
#drawn(data.first)
#for page in data.pages {
  pagebreak()
  heading(level: 1, page.title)
  for section in page.sections { printed(section) }
  for line in page.notes { note(line) }
  drawn(page.charts)
}
#if data.charts.len() + data.wide.len() > 0 {
  pagebreak()
  [= More charts over the months]
  drawn(data.charts)
  for one in data.wide { image(bytes(one.svg), format: "svg", width: 88%, alt: one.alt) }
}
#pagebreak()
= As recorded, and where this comes from
#for section in data.recorded { printed(section) }
#for line in data.said { block(above: 6pt, line) }
#heading(level: 2, outlined: false)[Where this comes from]
#pairs(data.from)
#note[Figures without a mark are derived from events in the ledger or are terms of the deal;
  #underline(stroke: (paint: soft, thickness: 0.4pt, dash: "dotted"), offset: 2pt)[dots] mark what was brought forward
  when the deal entered it,
  #underline(stroke: (paint: soft, thickness: 0.4pt, dash: "dashed"), offset: 2pt)[dashes] what was reported to it
  as a figure. In charts, what is not known is a gap, never nought.]
#if data.unknown != "" { note[Nothing, or nothing but noughts, is known of these charts: #data.unknown.] }
#v(12mm)
#grid(columns: (1fr, 1fr, 1fr), column-gutter: 12mm,
  ..("Name", "Signature", "Date").map(what => block(width: 100%, stroke: (top: strong-rule), inset: (top: 4pt),
    text(8pt, fill: soft, what))))
#show raw: set text(font: "DejaVu Sans Mono", size: 6.2pt)
#for (name, content) in data.behind {
  pagebreak()
  heading(level: 1, name)
  raw(content, block: true)
}
""".replace("FONT", FONT)


__all__ = ["FONT", "LAYOUT"]
