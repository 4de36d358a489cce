"""From the text of a filing to its lines and pages, their headings and columns, and the numbers and dates in them."""
