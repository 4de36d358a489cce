"""Indenture: a servicing ledger for mortgage-backed bonds.

Servicers post facts as immutable events (:class:`Ledger`); every figure a trustee publishes, for any record date, is
derived from them (:class:`AsOf`). What stands here is the whole public API; everything else may change.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.addresses import absolute_address, deals_at, open_deal_at
    from ledger.deal.accounts import (
        AccountPurpose,
        AccountTarget,
        Covers,
        JoinsFunds,
        TargetLevel,
        TargetOf,
        TrustAccount,
    )
    from ledger.deal.advancing import AdvanceTerms
    from ledger.deal.notes import InterestMethod, NoteConventions
    from ledger.deal.overcollateralization import (
        Backing,
        OvercollateralizationTerms,
        Stopped,
        TargetRule,
        TriggerTarget,
    )
    from ledger.deal.schedule import AccrualPeriod, Distribution, Schedule, schedule
    from ledger.deal.sheet import (
        Deal,
        build_overcollateralization,
        cover_losses,
        fixed_rate,
        floating_rate,
        net_wac_rate,
        pay_basis_risk,
        pay_interest,
        pay_principal,
        pay_residual,
        pay_senior_principal,
        pay_subordinate_principal,
        pay_unpaid_losses,
        reported_rate,
    )
    from ledger.deal.steps import (
        AccreteInterest,
        BuildOvercollateralization,
        CoverLosses,
        DrawAccount,
        FundAccount,
        Held,
        PayBasisRisk,
        PayDerivatives,
        PayFee,
        PayInterest,
        PayPremiums,
        PayPrincipal,
        PayReportedPrincipal,
        PayResidual,
        PaySeniorPrincipal,
        PayStrippedPrincipal,
        PaySubordinatePrincipal,
        PayUnpaidLosses,
        PrincipalKind,
        ReimburseInsurer,
        ReleaseAccount,
        RepayDraws,
        Restricted,
        SetAsidePrincipal,
        ShiftLevel,
        Source,
        Step,
    )
    from ledger.deal.structure import BalanceSchedule, ExchangeableClass, ExchangeShare, Node, PlannedBalance, Sharing
    from ledger.deal.terms import (
        BondClass,
        CalendarTerms,
        Characteristics,
        ClassRate,
        DealTerms,
        DelinquencyTerms,
        DerivativeContract,
        Fee,
        FeeAmount,
        LoanGroup,
        LossCarveOut,
        LossTier,
        Party,
        RateStep,
        ShortfallTerms,
    )
    from ledger.deal.triggers import (
        Against,
        AverageOf,
        DaysBehind,
        InForceWhen,
        LossLimit,
        StatusCounted,
        Trigger,
        TriggerKind,
    )
    from ledger.deal.vocabulary import (
        AccrualRule,
        Act,
        Bearer,
        CapitalizedAdvances,
        CapitalizedInterestRest,
        ClassKind,
        DelinquencyDay,
        DelinquencyMethod,
        DelinquencySource,
        Direction,
        ExcessRecipient,
        FeeBasis,
        Forbearance,
        LateEvents,
        LossCause,
        LossesBorne,
        Originals,
        PaidBy,
        RateKind,
        RecordDateRule,
        RestatedCash,
        ShortfallDays,
        ShortfallRate,
        StatementTemplate,
        StatusPrecedence,
    )
    from ledger.errors import (
        IntegrityFault,
        InvalidArgument,
        InvalidEvent,
        InvalidTerms,
        LedgerError,
        LedgerNotFound,
        NoDistribution,
        PostingRefused,
        ReplayGap,
        SchemaAltered,
        SchemaOutdated,
        SchemaTooNew,
        StoreError,
        StoreUnavailable,
        StoreUnreadable,
        UnknownDeal,
        Violation,
    )
    from ledger.events.accounts import (
        TrustAccountDeposited,
        TrustAccountEarned,
        TrustAccountFunded,
        TrustAccountReported,
        TrustAccountWithdrawn,
    )
    from ledger.events.advances import AdvanceDeclaredNonrecoverable, AdvanceMade, AdvanceRecovered, RecoverySource
    from ledger.events.base import Dated, Event, PoolEvent, Stamp
    from ledger.events.codec import (
        decode,
        encode,
        from_fields,
        from_json,
        terms_from_fields,
        terms_from_json,
        terms_to_json,
    )
    from ledger.events.collections import (
        CollectionReceived,
        CurtailmentCollected,
        InstalmentReportedDelinquent,
        InsuranceProceedsReceived,
        LoanLiquidated,
        LoanRepurchased,
        LoanSubstituted,
        PayoffCollected,
        ReliefActShortfallReported,
        RepurchaseReason,
        ScheduledPaymentDue,
        SubsequentRecoveryReceived,
        Timing,
    )
    from ledger.events.corrections import EventCorrected, EventReversed
    from ledger.events.deal import (
        Acknowledgement,
        ActApproved,
        BondClassIssued,
        CapitalizedInterestDeposited,
        CapitalizedInterestWithdrawn,
        DealOpened,
        LoanBoarded,
        PeriodClosed,
        PrefundingDeposited,
        PrefundingWithdrawn,
        TermsAmended,
    )
    from ledger.events.distributions import (
        BondInterestDeferred,
        BondInterestPaid,
        BondLossAllocated,
        BondLossPaid,
        BondPrincipalPaid,
        BondShortfallRecorded,
        BondWrittenUp,
        CollectionAccountRemitted,
        InsurerInterestAccrued,
        InsurerPaymentReceived,
        InsurerReimbursed,
        PrepaymentShortfallBorne,
        Shortfall,
    )
    from ledger.events.fees import (
        CollectionAccountWithdrawn,
        CompensatingInterestPaid,
        DerivativePaymentMade,
        DerivativePaymentReceived,
        FeeBilled,
        FeeCharged,
        FeeShortfallRecorded,
        ServicingFeeDrawn,
        ServicingFeeEarned,
        ServicingFeeWithheld,
        WithdrawalPurpose,
    )
    from ledger.events.forward import (
        AmountBroughtForward,
        ClassBalanceBroughtForward,
        DelinquencyBroughtForward,
        Measure,
        PerformanceBroughtForward,
        PoolBalanceBroughtForward,
        TriggerBroughtForward,
    )
    from ledger.events.funding import (
        AdditionalLoansPurchased,
        ClassBalanceIncreased,
        DepositSource,
        DrawFunding,
        DrawMade,
        FundingAccountDeposited,
        FundingAccountReleased,
        NoteUse,
        PrincipalSetAside,
        PurchaseSource,
        RevolvingPeriodEnded,
        SellerDrawsRepaid,
    )
    from ledger.events.irregular import (
        OverpaymentReceived,
        OverpaymentRefunded,
        PaymentReturned,
        UnappliedFundsApplied,
        UnappliedFundsReceived,
        UnappliedFundsReturned,
    )
    from ledger.events.loan_terms import AmortizationType, PaymentFrequency, RateRounding
    from ledger.events.modifications import (
        CapitalizedArrears,
        DeferredPrincipalCollected,
        InterestCapitalized,
        PrincipalDeferred,
        PrincipalForgiven,
    )
    from ledger.events.months import IndexPublished, LoanPaymentChanged, MonthBuilt
    from ledger.events.reference import (
        CreditEventReported,
        IssuerPaymentReceived,
        ReferencePrincipalDue,
        ReferencePrincipalPrepaid,
        ReferenceRecoveryReported,
        RetainedPartSettled,
    )
    from ledger.events.registry import EVENT_CLASSES, REGISTRY
    from ledger.events.statuses import (
        CharacteristicsBroughtForward,
        ClassPrincipalReported,
        ClassRateReported,
        DelinquencyBucket,
        DelinquencyCategory,
        DelinquencyReported,
        IndexRateSet,
        LoanRateChanged,
        LoanStatus,
        LoanStatusChanged,
        PoolCharacteristicsReported,
        TriggerDeclared,
    )
    from ledger.evidence.archives import verify_archive
    from ledger.evidence.bundles.bundle import Bundle
    from ledger.evidence.bundles.writer import BundleWriter
    from ledger.evidence.rows import Fault, verify_rows
    from ledger.findings import Finding, Grade
    from ledger.journal.accounts import CHART, Account, AccountKind
    from ledger.journal.totals import TotalRow
    from ledger.months.proposal import LoanRateReset, MonthOfGroup, MonthProposal, Unbuilt
    from ledger.notes.accruing import Movement
    from ledger.notes.boarding import note_of, standing_at_boarding
    from ledger.notes.index import IndexFigure, IndexHistory
    from ledger.notes.instalment import Instalment, fall_due
    from ledger.notes.note import Note, Standing
    from ledger.notes.schedule import payoff_interest, scheduled_instalments
    from ledger.projections.advances import AdvanceBalance, Advances, AdvanceWithdrawal
    from ledger.projections.books import BookBalance, Books
    from ledger.projections.collateral import Collateral, GroupCollateral
    from ledger.projections.delinquency import DelinquencyTable
    from ledger.projections.exchanges import ExchangeReport
    from ledger.projections.held import HeldCash
    from ledger.projections.loan_averages import AverageSums
    from ledger.projections.loan_card import CardEvent, CardMonth, LoanCard
    from ledger.projections.loans import LoanAverage, LoanBridge, LoanLine, LoanSums, LoanTotals, RollForward
    from ledger.projections.losses import LossAmounts, default_speeds, severity
    from ledger.projections.prepayments import MonthSpeed, PrepaidAmounts, Speeds, speeds, window
    from ledger.projections.report import ClassReport, DistributionReport
    from ledger.projections.triggers import TriggerTest
    from ledger.projections.trust_accounts import AccountReport
    from ledger.readiness.gate import Readiness
    from ledger.reading.as_of import AsOf
    from ledger.reading.closings import RecordedClosing
    from ledger.reading.followed import FOLLOW_CLOSING
    from ledger.reading.loan_book import LoanBook
    from ledger.reading.postings import RecordedPosting
    from ledger.reading.recorded import RecordedEnvelope, RecordedEvent
    from ledger.rules.second_person import Second
    from ledger.service import Ledger
    from ledger.store.batches import StoredBatch
    from ledger.store.rows import Head, StoredRow, StoredRun
    from ledger.store.split import ArchivePart, archive_parts, merged_totals, part_totals
    from ledger.tapes import TapeMap, loans_from_tape, shipped_map, tape_map_from_json
    from ledger.values.currency import DOLLARS, Currency
    from ledger.values.dates import (
        BusinessDayRule,
        DayCount,
        HolidayCalendar,
        date_from_number,
        date_number,
        excel_serial,
    )
    from ledger.values.envelope import Envelope
    from ledger.values.exact import ZERO, Exact, Origin, greatest, least, ratio, total
    from ledger.values.glance import Glanced
    from ledger.values.money import Rounding, amount, as_decimal, rate, round_to
    from ledger.values.selector import Selector
    from ledger.waterfall.amounts import (
        AccountMeans,
        AccountResult,
        Claim,
        ClassResult,
        FeeClaim,
        FeeResult,
        GroupMeans,
        GroupTarget,
        Means,
        StepResult,
        WaterfallResult,
    )
    from ledger.waterfall.waterfall import run_waterfall
    from ledger.writing.receipts import Receipt, Refusal

__version__ = "0.1.0"

__all__ = [
    "CHART",
    "DOLLARS",
    "EVENT_CLASSES",
    "FOLLOW_CLOSING",
    "REGISTRY",
    "ZERO",
    "Account",
    "AccountKind",
    "AccountMeans",
    "AccountPurpose",
    "AccountReport",
    "AccountResult",
    "AccountTarget",
    "AccreteInterest",
    "AccrualPeriod",
    "AccrualRule",
    "Acknowledgement",
    "Act",
    "ActApproved",
    "AdditionalLoansPurchased",
    "AdvanceBalance",
    "AdvanceDeclaredNonrecoverable",
    "AdvanceMade",
    "AdvanceRecovered",
    "AdvanceTerms",
    "AdvanceWithdrawal",
    "Advances",
    "Against",
    "AmortizationType",
    "AmountBroughtForward",
    "ArchivePart",
    "AsOf",
    "AverageOf",
    "AverageSums",
    "Backing",
    "BalanceSchedule",
    "Bearer",
    "BondClass",
    "BondClassIssued",
    "BondInterestDeferred",
    "BondInterestPaid",
    "BondLossAllocated",
    "BondLossPaid",
    "BondPrincipalPaid",
    "BondShortfallRecorded",
    "BondWrittenUp",
    "BookBalance",
    "Books",
    "BuildOvercollateralization",
    "Bundle",
    "BundleWriter",
    "BusinessDayRule",
    "CalendarTerms",
    "CapitalizedAdvances",
    "CapitalizedArrears",
    "CapitalizedInterestDeposited",
    "CapitalizedInterestRest",
    "CapitalizedInterestWithdrawn",
    "CardEvent",
    "CardMonth",
    "Characteristics",
    "CharacteristicsBroughtForward",
    "Claim",
    "ClassBalanceBroughtForward",
    "ClassBalanceIncreased",
    "ClassKind",
    "ClassPrincipalReported",
    "ClassRate",
    "ClassRateReported",
    "ClassReport",
    "ClassResult",
    "Collateral",
    "CollectionAccountRemitted",
    "CollectionAccountWithdrawn",
    "CollectionReceived",
    "CompensatingInterestPaid",
    "CoverLosses",
    "Covers",
    "CreditEventReported",
    "Currency",
    "CurtailmentCollected",
    "Dated",
    "DayCount",
    "DaysBehind",
    "Deal",
    "DealOpened",
    "DealTerms",
    "DeferredPrincipalCollected",
    "DelinquencyBroughtForward",
    "DelinquencyBucket",
    "DelinquencyCategory",
    "DelinquencyDay",
    "DelinquencyMethod",
    "DelinquencyReported",
    "DelinquencySource",
    "DelinquencyTable",
    "DelinquencyTerms",
    "DepositSource",
    "DerivativeContract",
    "DerivativePaymentMade",
    "DerivativePaymentReceived",
    "Direction",
    "Distribution",
    "DistributionReport",
    "DrawAccount",
    "DrawFunding",
    "DrawMade",
    "Envelope",
    "Event",
    "EventCorrected",
    "EventReversed",
    "Exact",
    "ExcessRecipient",
    "ExchangeReport",
    "ExchangeShare",
    "ExchangeableClass",
    "Fault",
    "Fee",
    "FeeAmount",
    "FeeBasis",
    "FeeBilled",
    "FeeCharged",
    "FeeClaim",
    "FeeResult",
    "FeeShortfallRecorded",
    "Finding",
    "Forbearance",
    "FundAccount",
    "FundingAccountDeposited",
    "FundingAccountReleased",
    "Glanced",
    "Grade",
    "GroupCollateral",
    "GroupMeans",
    "GroupTarget",
    "Head",
    "Held",
    "HeldCash",
    "HolidayCalendar",
    "InForceWhen",
    "IndexFigure",
    "IndexHistory",
    "IndexPublished",
    "IndexRateSet",
    "Instalment",
    "InstalmentReportedDelinquent",
    "InsuranceProceedsReceived",
    "InsurerInterestAccrued",
    "InsurerPaymentReceived",
    "InsurerReimbursed",
    "IntegrityFault",
    "InterestCapitalized",
    "InterestMethod",
    "InvalidArgument",
    "InvalidEvent",
    "InvalidTerms",
    "IssuerPaymentReceived",
    "JoinsFunds",
    "LateEvents",
    "Ledger",
    "LedgerError",
    "LedgerNotFound",
    "LoanAverage",
    "LoanBoarded",
    "LoanBook",
    "LoanBridge",
    "LoanCard",
    "LoanGroup",
    "LoanLine",
    "LoanLiquidated",
    "LoanPaymentChanged",
    "LoanRateChanged",
    "LoanRateReset",
    "LoanRepurchased",
    "LoanStatus",
    "LoanStatusChanged",
    "LoanSubstituted",
    "LoanSums",
    "LoanTotals",
    "LossAmounts",
    "LossCarveOut",
    "LossCause",
    "LossLimit",
    "LossTier",
    "LossesBorne",
    "Means",
    "Measure",
    "MonthBuilt",
    "MonthOfGroup",
    "MonthProposal",
    "MonthSpeed",
    "Movement",
    "NoDistribution",
    "Node",
    "Note",
    "NoteConventions",
    "NoteUse",
    "Origin",
    "Originals",
    "OvercollateralizationTerms",
    "OverpaymentReceived",
    "OverpaymentRefunded",
    "PaidBy",
    "Party",
    "PayBasisRisk",
    "PayDerivatives",
    "PayFee",
    "PayInterest",
    "PayPremiums",
    "PayPrincipal",
    "PayReportedPrincipal",
    "PayResidual",
    "PaySeniorPrincipal",
    "PayStrippedPrincipal",
    "PaySubordinatePrincipal",
    "PayUnpaidLosses",
    "PaymentFrequency",
    "PaymentReturned",
    "PayoffCollected",
    "PerformanceBroughtForward",
    "PeriodClosed",
    "PlannedBalance",
    "PoolBalanceBroughtForward",
    "PoolCharacteristicsReported",
    "PoolEvent",
    "PostingRefused",
    "PrefundingDeposited",
    "PrefundingWithdrawn",
    "PrepaidAmounts",
    "PrepaymentShortfallBorne",
    "PrincipalDeferred",
    "PrincipalForgiven",
    "PrincipalKind",
    "PrincipalSetAside",
    "PurchaseSource",
    "RateKind",
    "RateRounding",
    "RateStep",
    "Readiness",
    "Receipt",
    "RecordDateRule",
    "RecordedClosing",
    "RecordedEnvelope",
    "RecordedEvent",
    "RecordedPosting",
    "RecoverySource",
    "ReferencePrincipalDue",
    "ReferencePrincipalPrepaid",
    "ReferenceRecoveryReported",
    "Refusal",
    "ReimburseInsurer",
    "ReleaseAccount",
    "ReliefActShortfallReported",
    "RepayDraws",
    "ReplayGap",
    "RepurchaseReason",
    "RestatedCash",
    "Restricted",
    "RetainedPartSettled",
    "RevolvingPeriodEnded",
    "RollForward",
    "Rounding",
    "Schedule",
    "ScheduledPaymentDue",
    "SchemaAltered",
    "SchemaOutdated",
    "SchemaTooNew",
    "Second",
    "Selector",
    "SellerDrawsRepaid",
    "ServicingFeeDrawn",
    "ServicingFeeEarned",
    "ServicingFeeWithheld",
    "SetAsidePrincipal",
    "Sharing",
    "ShiftLevel",
    "Shortfall",
    "ShortfallDays",
    "ShortfallRate",
    "ShortfallTerms",
    "Source",
    "Speeds",
    "Stamp",
    "Standing",
    "StatementTemplate",
    "StatusCounted",
    "StatusPrecedence",
    "Step",
    "StepResult",
    "Stopped",
    "StoreError",
    "StoreUnavailable",
    "StoreUnreadable",
    "StoredBatch",
    "StoredRow",
    "StoredRun",
    "SubsequentRecoveryReceived",
    "TapeMap",
    "TargetLevel",
    "TargetOf",
    "TargetRule",
    "TermsAmended",
    "Timing",
    "TotalRow",
    "Trigger",
    "TriggerBroughtForward",
    "TriggerDeclared",
    "TriggerKind",
    "TriggerTarget",
    "TriggerTest",
    "TrustAccount",
    "TrustAccountDeposited",
    "TrustAccountEarned",
    "TrustAccountFunded",
    "TrustAccountReported",
    "TrustAccountWithdrawn",
    "UnappliedFundsApplied",
    "UnappliedFundsReceived",
    "UnappliedFundsReturned",
    "Unbuilt",
    "UnknownDeal",
    "Violation",
    "WaterfallResult",
    "WithdrawalPurpose",
    "__version__",
    "absolute_address",
    "amount",
    "archive_parts",
    "as_decimal",
    "build_overcollateralization",
    "cover_losses",
    "date_from_number",
    "date_number",
    "deals_at",
    "decode",
    "default_speeds",
    "encode",
    "excel_serial",
    "fall_due",
    "fixed_rate",
    "floating_rate",
    "from_fields",
    "from_json",
    "greatest",
    "least",
    "loans_from_tape",
    "merged_totals",
    "net_wac_rate",
    "note_of",
    "open_deal_at",
    "part_totals",
    "pay_basis_risk",
    "pay_interest",
    "pay_principal",
    "pay_residual",
    "pay_senior_principal",
    "pay_subordinate_principal",
    "pay_unpaid_losses",
    "payoff_interest",
    "rate",
    "ratio",
    "reported_rate",
    "round_to",
    "run_waterfall",
    "schedule",
    "scheduled_instalments",
    "severity",
    "shipped_map",
    "speeds",
    "standing_at_boarding",
    "tape_map_from_json",
    "terms_from_fields",
    "terms_from_json",
    "terms_to_json",
    "total",
    "verify_archive",
    "verify_rows",
    "window",
]

_NAMES = {
    "ledger.addresses": "absolute_address deals_at open_deal_at",
    "ledger.deal.accounts": ("AccountPurpose AccountTarget Covers JoinsFunds TargetLevel TargetOf TrustAccount"),
    "ledger.deal.advancing": "AdvanceTerms",
    "ledger.deal.schedule": "AccrualPeriod Distribution Schedule schedule",
    "ledger.deal.sheet": (
        "Deal build_overcollateralization cover_losses fixed_rate floating_rate net_wac_rate pay_basis_risk "
        "pay_interest pay_principal pay_residual pay_senior_principal pay_subordinate_principal "
        "pay_unpaid_losses reported_rate"
    ),
    "ledger.deal.steps": (
        "AccreteInterest BuildOvercollateralization CoverLosses DrawAccount FundAccount Held PayBasisRisk "
        "PayDerivatives PayFee PayInterest PayPremiums PayPrincipal PayReportedPrincipal PayResidual "
        "PaySeniorPrincipal PayStrippedPrincipal PaySubordinatePrincipal PayUnpaidLosses PrincipalKind "
        "ReimburseInsurer ReleaseAccount RepayDraws Restricted SetAsidePrincipal ShiftLevel Source Step"
    ),
    "ledger.deal.structure": "BalanceSchedule ExchangeShare ExchangeableClass Node PlannedBalance Sharing",
    "ledger.deal.terms": (
        "BondClass CalendarTerms Characteristics ClassRate DealTerms DelinquencyTerms DerivativeContract Fee FeeAmount "
        "LoanGroup LossCarveOut LossTier Party RateStep ShortfallTerms"
    ),
    "ledger.deal.vocabulary": (
        "AccrualRule Act Bearer CapitalizedAdvances CapitalizedInterestRest ClassKind DelinquencyDay DelinquencyMethod "
        "DelinquencySource Direction ExcessRecipient FeeBasis Forbearance LateEvents LossCause LossesBorne Originals "
        "PaidBy RateKind RecordDateRule RestatedCash ShortfallDays ShortfallRate StatementTemplate StatusPrecedence"
    ),
    "ledger.deal.triggers": ("AverageOf DaysBehind InForceWhen LossLimit StatusCounted Against Trigger TriggerKind"),
    "ledger.deal.notes": "InterestMethod NoteConventions",
    "ledger.deal.overcollateralization": "Backing OvercollateralizationTerms Stopped TargetRule TriggerTarget",
    "ledger.waterfall.amounts": (
        "AccountMeans AccountResult Claim ClassResult FeeClaim FeeResult GroupMeans GroupTarget Means StepResult "
        "WaterfallResult"
    ),
    "ledger.waterfall.waterfall": "run_waterfall",
    "ledger.errors": (
        "IntegrityFault InvalidArgument InvalidEvent InvalidTerms LedgerError LedgerNotFound NoDistribution "
        "PostingRefused ReplayGap SchemaAltered SchemaOutdated SchemaTooNew StoreError StoreUnavailable "
        "StoreUnreadable UnknownDeal Violation"
    ),
    "ledger.events.accounts": (
        "TrustAccountDeposited TrustAccountEarned TrustAccountFunded TrustAccountReported TrustAccountWithdrawn"
    ),
    "ledger.events.advances": "AdvanceDeclaredNonrecoverable AdvanceMade AdvanceRecovered RecoverySource",
    "ledger.events.base": "Dated Event PoolEvent Stamp",
    "ledger.events.codec": "decode encode from_fields from_json terms_from_fields terms_from_json terms_to_json",
    "ledger.events.collections": (
        "CollectionReceived CurtailmentCollected InstalmentReportedDelinquent InsuranceProceedsReceived "
        "LoanLiquidated LoanRepurchased LoanSubstituted PayoffCollected ReliefActShortfallReported "
        "RepurchaseReason ScheduledPaymentDue SubsequentRecoveryReceived Timing"
    ),
    "ledger.events.corrections": "EventCorrected EventReversed",
    "ledger.events.deal": (
        "Acknowledgement ActApproved BondClassIssued CapitalizedInterestDeposited CapitalizedInterestWithdrawn "
        "DealOpened LoanBoarded PeriodClosed PrefundingDeposited PrefundingWithdrawn TermsAmended"
    ),
    "ledger.events.distributions": (
        "BondInterestDeferred BondInterestPaid BondLossAllocated BondLossPaid BondPrincipalPaid BondShortfallRecorded "
        "BondWrittenUp CollectionAccountRemitted InsurerInterestAccrued InsurerPaymentReceived InsurerReimbursed "
        "PrepaymentShortfallBorne Shortfall"
    ),
    "ledger.events.reference": (
        "CreditEventReported IssuerPaymentReceived ReferencePrincipalDue ReferencePrincipalPrepaid "
        "ReferenceRecoveryReported RetainedPartSettled"
    ),
    "ledger.events.funding": (
        "AdditionalLoansPurchased ClassBalanceIncreased DepositSource DrawFunding DrawMade FundingAccountDeposited "
        "FundingAccountReleased NoteUse PrincipalSetAside PurchaseSource RevolvingPeriodEnded SellerDrawsRepaid"
    ),
    "ledger.events.modifications": (
        "CapitalizedArrears DeferredPrincipalCollected InterestCapitalized PrincipalDeferred PrincipalForgiven"
    ),
    "ledger.events.fees": (
        "CollectionAccountWithdrawn CompensatingInterestPaid DerivativePaymentMade DerivativePaymentReceived "
        "FeeBilled FeeCharged FeeShortfallRecorded ServicingFeeDrawn ServicingFeeEarned ServicingFeeWithheld "
        "WithdrawalPurpose"
    ),
    "ledger.events.forward": (
        "AmountBroughtForward ClassBalanceBroughtForward DelinquencyBroughtForward Measure "
        "PerformanceBroughtForward PoolBalanceBroughtForward TriggerBroughtForward"
    ),
    "ledger.events.irregular": (
        "OverpaymentReceived OverpaymentRefunded PaymentReturned UnappliedFundsApplied UnappliedFundsReceived "
        "UnappliedFundsReturned"
    ),
    "ledger.events.months": "IndexPublished LoanPaymentChanged MonthBuilt",
    "ledger.events.loan_terms": "AmortizationType PaymentFrequency RateRounding",
    "ledger.events.registry": "EVENT_CLASSES REGISTRY",
    "ledger.events.statuses": (
        "CharacteristicsBroughtForward ClassPrincipalReported ClassRateReported DelinquencyBucket DelinquencyCategory "
        "DelinquencyReported IndexRateSet LoanRateChanged LoanStatus LoanStatusChanged "
        "PoolCharacteristicsReported TriggerDeclared"
    ),
    "ledger.evidence.archives": "verify_archive",
    "ledger.evidence.bundles.bundle": "Bundle",
    "ledger.evidence.bundles.writer": "BundleWriter",
    "ledger.evidence.rows": "Fault verify_rows",
    "ledger.findings": "Finding Grade",
    "ledger.journal.accounts": "Account AccountKind CHART",
    "ledger.journal.totals": "TotalRow",
    "ledger.notes.accruing": "Movement",
    "ledger.months.proposal": "MonthOfGroup LoanRateReset MonthProposal Unbuilt",
    "ledger.notes.boarding": "note_of standing_at_boarding",
    "ledger.notes.index": "IndexFigure IndexHistory",
    "ledger.notes.instalment": "Instalment fall_due",
    "ledger.notes.note": "Note Standing",
    "ledger.notes.schedule": "payoff_interest scheduled_instalments",
    "ledger.projections.advances": "AdvanceBalance AdvanceWithdrawal Advances",
    "ledger.projections.books": "BookBalance Books",
    "ledger.projections.collateral": "Collateral GroupCollateral",
    "ledger.projections.delinquency": "DelinquencyTable",
    "ledger.projections.held": "HeldCash",
    "ledger.projections.exchanges": "ExchangeReport",
    "ledger.projections.trust_accounts": "AccountReport",
    "ledger.projections.loan_averages": "AverageSums",
    "ledger.projections.loan_card": "CardEvent CardMonth LoanCard",
    "ledger.projections.loans": "LoanAverage LoanBridge LoanLine LoanSums LoanTotals RollForward",
    "ledger.projections.losses": "LossAmounts default_speeds severity",
    "ledger.projections.prepayments": "MonthSpeed PrepaidAmounts Speeds speeds window",
    "ledger.projections.report": "ClassReport DistributionReport",
    "ledger.projections.triggers": "TriggerTest",
    "ledger.readiness.gate": "Readiness",
    "ledger.reading.as_of": "AsOf",
    "ledger.reading.closings": "RecordedClosing",
    "ledger.reading.followed": "FOLLOW_CLOSING",
    "ledger.reading.loan_book": "LoanBook",
    "ledger.reading.postings": "RecordedPosting",
    "ledger.reading.recorded": "RecordedEnvelope RecordedEvent",
    "ledger.rules.second_person": "Second",
    "ledger.service": "Ledger",
    "ledger.store.batches": "StoredBatch",
    "ledger.store.rows": "Head StoredRow StoredRun",
    "ledger.store.split": "ArchivePart archive_parts merged_totals part_totals",
    "ledger.tapes": "TapeMap loans_from_tape shipped_map tape_map_from_json",
    "ledger.values.currency": "Currency DOLLARS",
    "ledger.values.dates": "BusinessDayRule DayCount HolidayCalendar date_from_number date_number excel_serial",
    "ledger.values.envelope": "Envelope",
    "ledger.values.exact": "Exact Origin ZERO greatest least ratio total",
    "ledger.values.glance": "Glanced",
    "ledger.values.money": "Rounding amount as_decimal rate round_to",
    "ledger.values.selector": "Selector",
    "ledger.writing.receipts": "Receipt Refusal",
}
"""The public names by the module that each stands in, as a type checker reads them above. A module is imported when one
of its names is first asked for, so that a command starts without the database that it may not need."""

_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

if not TYPE_CHECKING:  # A checker that saw this function would take a misspelt name for a public one.

    def __getattr__(name: str) -> object:
        """Import the module of a public name when the name is first asked for, and keep what it names."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        if "ledger.values.limits" not in sys.modules:
            import_module("ledger.values.limits").read_limits_from(os.environ)
        found = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
