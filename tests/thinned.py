"""Tests with many costly cases, and of how many of them one is tried in every run; the long tests try all of them."""

from __future__ import annotations

ONE_OF = {
    "tests/faults/test_killed_commands.py::test_a_kill": 4,
    "tests/faults/test_killed_evidence.py::test_a_kill": 2,
    "tests/ledger/evidence/bundles/test_opening.py::test_a_bundle_answers_as_the_ledger_did": 3,
    "tests/ledger/evidence/test_alike.py::test_what_is_changed_is_named_as_one_by_one": 2,
    "tests/ledger/projections/test_trust_accounts.py::test_fees_on_every_basis": 3,
    "tests/ledger/reading/test_snapshots.py::test_back_dated_events_show_with_snapshots_as_without": 5,
    "tests/ledger/store/database/test_runs.py::"
    "test_a_loan_stands_where_its_events_put_it_in_whatever_order_they_came": 3,
    "tests/ledger/store/archive/test_source.py::test_every_question_has_the_same_answer": 3,
    "tests/ledger/store/database/test_backup.py::test_nothing_is_restored_beside_what_a_lost_ledger_left": 3,
    "tests/ledger/store/test_tailed.py::test_an_archive_with_its_tail_answers_as_the_ledger": 3,
    "tests/ledger/test_races.py::test_a_reading_is_of_one_moment": 3,
    "tests/migrations/test_migrations.py::test_an_upgrade_keeps_every_event": 3,
    "tests/properties/test_built_month_laws.py::test_months_are_built_whatever_is_posted_between": 2,
    "tests/replay/charts/test_cash_flow.py::test_every_sample_is_conserved": 4,
    "tests/replay/cli/test_reconcile.py::test_a_statement_of_something_else_does_not_reconcile": 3,
    "tests/replay/cli/test_rebuilding.py::test_every_result_says_what_it_is_and_is_made_again_equal": 2,
    "tests/replay/papers/test_roll_forwards.py::test_every_sample_foots": 4,
    "tests/replay/portfolio/test_workers.py::test_a_cluster_gives_the_lines_that_threads_give": 2,
    "tests/replay/reconciliation/test_own_text.py::test_the_commands_agree_with_each_other": 6,
    "tests/replay/statements/pages/neutral/test_pages.py::test_what_is_written_is_read_back_and_agrees": 3,
    "tests/replay/reconciliation/test_own_statements.py::test_every_statement_written_is_read_back_and_agrees": 2,
    "tests/replay/reconciliation/test_told_apart.py::test_page_section_line_and_column_name_one_figure": 3,
    "tests/replay/statements/test_cents.py::test_every_other_column_of_cash_prints_whole_cents": 3,
    "tests/ledger/samples/test_told.py::test_every_class_figure_ties_out": 3,
    "tests/ledger/evidence/test_rows.py::test_no_value_of_any_type_crashes_the_verifier": 4,
    "tests/ledger/readiness/test_cash.py::test_what_is_planted_is_named_and_nothing_else": 2,
    "tests/ledger/readiness/test_instalments.py::test_what_is_planted_is_named_and_nothing_else": 2,
    "tests/ledger/readiness/test_pool.py::test_what_is_planted_is_named_and_nothing_else": 2,
    "tests/replay/evidence/test_bundle_check.py::test_a_forgery_whose_manifest_fits_is_found": 3,
    "tests/replay/statements/pages/neutral/test_pages.py::test_every_figure_has_a_place_of_its_own_and_is_explained": 2,
    "tests/ledger/projections/test_shifting_years.py::test_every_class_of_every_year_is_that_of_a_model": 2,
}
"""By the id of the test, without its case."""
