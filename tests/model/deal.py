"""The deal's terms and its state after September 2002, as the published statement proves them."""

from __future__ import annotations

from fractions import Fraction

from tests.model.notes import LIMITS, ZERO, Speeds, State

F = Fraction
CLASSES = ("A", "B")
INSURED = ("A",)
FACE = {"A": F(470_000_000), "B": F(25_000_000)}
MARGIN = {"A": F("0.0032"), "B": F("0.0225")}
CUSIP = {"A": "45254NCG0", "B": "45254NCH8"}
OWNER_TRUSTEE = F("0.00001700034")
INDENTURE_TRUSTEE = F("0.00005")
INSURANCE = F("0.0018")
AVAILABLE_FUNDS_REDUCTION = F("0.0017")
TARGET = F(5_000_000)
PREFUNDING = F("45576084.00")
ORIGINAL_COUNT = {"adjustable": 1815, "fixed": 166}
# 446,375,813.85 prints the same and alone makes the printed total with the pre-funding account; it does not show.
ORIGINAL_BALANCE = {"adjustable": F("446375813.90"), "fixed": F("8048101.91")}
ORIGINAL_TOTAL = {
    "coupon": F("0.066636748"),
    "months_to_maturity": F("355.7356177"),
    "amortization_months": F("354.9322934"),
    "seasoning_months": F("1.703523527"),
}
ORIGINAL = {
    "adjustable": {
        "coupon": F("0.065341562"),
        "months_to_maturity": F(359),
        "amortization_months": F("358.2662104"),
        "seasoning_months": F("1.73378958"),
        "margin": F("0.02905826"),
        "max_rate": F("0.1304011"),
        "min_rate": F("0.02992873"),
        "cap_up": F("0.01007847"),
        "cap_down": F("0.01007736"),
    },
    "fixed": {
        "coupon": F("0.138472315"),
        "months_to_maturity": F(172),
        "amortization_months": F("167.2829155"),
        "seasoning_months": ZERO,
    },
}
CAPS = ("241751 (3422599)", "NCC4728", "NCC4729", *(f"IMP021C{number}" for number in range(1, 8)))
FLOORS = tuple(f"IMP021F{number}" for number in range(1, 8))


def _speeds(*months: tuple[str, str]) -> tuple[Speeds, ...]:
    return tuple(Speeds(smm=F(smm), seasoning=F(age)) for smm, age in months)


def _cumulative(payoffs: str, number: int, bought: str, bought_number: int, curtailments: str) -> dict[str, Fraction]:
    return {
        "payoff count": F(number),
        "payoffs": F(payoffs),
        "repurchase count": F(bought_number),
        "repurchases": F(bought),
        "curtailments": F(curtailments),
        "liquidation count": ZERO,
        "losses": ZERO,
        "proceeds": ZERO,
    }


def before_september() -> State:
    """Return what the trust carried out of the distribution of 26 August 2002."""
    share = {name: FACE[name] / F(495_000_000) for name in CLASSES}
    limits = dict(
        zip(LIMITS, map(F, ("0.02905793", "0.13028448", "0.03004357", "0.01006661", "0.01006661")), strict=True)
    )
    return State(
        pool={"adjustable": F("461457273.67"), "fixed": F("6733664.46")},
        loans={"adjustable": 1887, "fixed": 140},
        balance={"A": F("439797456.41"), "B": F("23393481.72")},
        unpaid=dict.fromkeys(CLASSES, ZERO),
        basis_risk=dict.fromkeys(CLASSES, ZERO),
        interest_to_date={"A": F("5009570.98"), "B": F("503103.41"), "Cert": F("8735030.51")},
        scheduled_to_date={name: F("2639351.73") * share[name] for name in CLASSES},
        unscheduled_to_date={name: F("29169710.14") * share[name] for name in CLASSES},
        losses_to_date=dict.fromkeys(CLASSES, ZERO),
        written_up=dict.fromkeys(CLASSES, ZERO),
        insurer_claim=dict.fromkeys(CLASSES, ZERO),
        cumulative={
            "adjustable": _cumulative("27115907.88", 107, "446237.79", 3, "289258.41"),
            "fixed": _cumulative("1213521.29", 26, "0", 0, "100734.35"),
        },
        history={
            "adjustable": _speeds(
                *[("0.0071917033", "3.17438197")] * 4, ("0.0147992363", "5.64031248"), ("0.0147992363", "6.63929372")
            ),
            "fixed": _speeds(
                *[("0.02555340166", age) for age in ("0", "0", "54.2", "55.2")],
                ("0.03668601924", "56.2"),
                ("0.03668601924", "57.18513541"),
            ),
            "total": _speeds(
                *[("0.0074860009", "3.53511984")] * 4, ("0.0151244985", "6.38031427"), ("0.0151244985", "7.366259387")
            ),
        },
        behind=((F("3933558.86"), F("2672739.34")), (F("3933558.85"), F("2672739.33"))),
        averages={
            "adjustable": {
                "coupon": F("0.063582075"),
                "months_to_maturity": F(354),
                "amortization_months": F("353.3607063"),
                "seasoning_months": F("6.63929372"),
                **limits,
            },
            "fixed": {
                "coupon": F("0.139134498"),
                "months_to_maturity": F(168),
                "amortization_months": F("163.3867464"),
                "seasoning_months": F("57.18513541"),
            },
            "total": {"coupon": F("0.064690338")},
        },
    )
