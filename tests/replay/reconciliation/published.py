"""A table of classes as a trustee might publish it."""

from __future__ import annotations

TABLE = (
    "Class|CUSIP|Rate|Beginning|Interest|Principal|Current Loss|Ending\n"
    "A|45254NCG0|2.13000%|439,797,456.41|780,640.49|8,824,748.07|0.00|430,972,708.34\n"
    "B|45254NCH8|4.06000%|23,393,481.72|79,147.95|469,401.49|0.00|22,924,080.23\n"
    "Cert|||0.00|1,283,193.11|0.00|0.00|0.00\n"
)
