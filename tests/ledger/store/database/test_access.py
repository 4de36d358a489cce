"""What a database role can do is what it was granted: every attack here is refused, or comes to nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from threading import Thread
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL

from ledger import CurtailmentCollected, Ledger, StoreError, StoreUnavailable
from ledger.store.database import engine as engine_module
from ledger.store.database.access import Access
from ledger.store.database.event_store import EventStore
from ledger.store.database.schema import access_metadata, metadata
from tests.deals.toy import CLOSING, toy_deal, toy_month
from tests.ledger.store.test_run_cuts import begun
from tests.postgres import Server

ALPHA, BETA = "alpha", "beta"
TABLES = [table.name for found in (metadata, access_metadata) for table in found.sorted_tables]
PARTS = [f"events_part_{part:02}" for part in range(16)]
GRANTS: dict[str, list[tuple[Access, str]]] = {
    "servicer": [(Access.SERVICER, ALPHA)],
    "auditor": [(Access.AUDITOR, ALPHA)],
    "mixed": [(Access.SERVICER, ALPHA), (Access.AUDITOR, BETA)],
    "all_but_beta": [(Access.SERVICER, "*"), (Access.AUDITOR, BETA)],
    "demoted": [(Access.SERVICER, ALPHA), (Access.AUDITOR, ALPHA)],
    "stranger": [],
}
READS = {"servicer": {ALPHA}, "auditor": {ALPHA}, "mixed": {ALPHA, BETA}, "demoted": {ALPHA}, "stranger": set()}
READS["all_but_beta"] = {ALPHA, BETA}
POSTS = {"servicer": {ALPHA}, "mixed": {ALPHA}, "all_but_beta": {ALPHA}}


def paid(event_id: str, deal: str = ALPHA) -> CurtailmentCollected:
    return CurtailmentCollected(event_id=event_id, deal=deal, effective_date=CLOSING, loan="one-1", amount="1.00")


class Place:
    """A ledger of two deals, its owner, and a role of each kind."""

    def __init__(self, server: Server, url: URL) -> None:
        self.server, self.url = server, url
        self.owner = Ledger.create(url)
        for deal in (ALPHA, BETA):
            begun(self.owner, random.Random(1), deal, rules=1)
        self.names = {kind: server.role() for kind in GRANTS}
        for kind, given in GRANTS.items():
            for access, deal in given:
                self.owner._store.grant(self.names[kind], access, deal)

    def plain(self, kind: str | None = None, **options: Any) -> psycopg.Connection[Any]:
        """Connect as any client could, as a role of this kind or (None) as the owner."""
        url = self.url.set(drivername="postgresql")
        if kind is not None:
            url = url.set(username=self.names[kind])
        return psycopg.connect(url.render_as_string(hide_password=False), **options)

    def role(self, kind: str) -> Ledger:
        """Open the ledger as a role."""
        return Ledger.open(self.url.set(username=self.names[kind]))

    def held(self) -> dict[str, list[Any]]:
        """Return everything that is stored."""
        with self.plain() as connection:
            return {
                table: sorted(connection.execute(f"SELECT * FROM {table}".encode()).fetchall(), key=str)
                for table in TABLES
            }


@pytest.fixture(scope="module")
def place(postgres_server: Server) -> Iterator[Place]:
    made = Place(postgres_server, postgres_server.empty_database())
    yield made
    made.owner.close()


def copied(table: str, deal: int, **changes: str) -> str:
    """Return a statement that puts a changed copy of the last row of a deal into the same table."""
    columns = [column.name for column in metadata.tables[table].columns]
    values = ", ".join(changes.get(name, name) for name in columns)
    last = "sequence" if table == "events" else "through_sequence"
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} "
        f"WHERE deal_key = {deal} ORDER BY {last} DESC LIMIT 1"
    )


LOGIN = "CAST(session_user AS text)"
FORGED = [
    # The other deal, by whatever table: it is deal 2.
    copied("events", 2, sequence="sequence + 1", event_id="'forged'"),
    copied("events", 1, deal_key="2", event_id="'forged'"),
    copied("events", 1, deal_key="3", sequence="1", event_id="'forged'"),
    copied("run_totals", 1, deal_key="2"),
    copied("run_totals", 2, through_sequence="through_sequence + 1"),
    copied("run_loans", 1, deal_key="2"),
    copied("run_loans", 2, through_sequence="through_sequence + 1"),
    copied("run_cuts", 1, deal_key="2"),
    copied("run_cuts", 2, through_sequence="through_sequence + 1"),
    copied("batches", 1, deal_key="2", login=LOGIN),
    "INSERT INTO snapshots VALUES (2, 20210125, 13, 1, '')",
    "INSERT INTO deals (deal, opened_at) VALUES ('beta', 1)",
    "INSERT INTO deal_locks VALUES ('beta')",
    # Its own deal: what was not appended with it.
    copied("run_totals", 1, through_sequence="through_sequence + 1"),
    copied("run_totals", 1, class_id="'forged'"),
    copied("run_totals", 1, first_sequence="1", class_id="'forged'"),
    copied("run_totals", 1, first_sequence="1", through_sequence="1", class_id="'forged'"),
    copied("run_loans", 1, loan="'forged'"),
    copied("run_loans", 1, loan="'forged'", through_sequence="through_sequence + 1"),
    copied("run_cuts", 1, through_sequence="through_sequence + 1"),
    copied("run_cuts", 1, through_sequence="1"),
    copied("batches", 1, first_sequence="through_sequence + 1", through_sequence="through_sequence + 1"),
    copied("batches", 1, login="'postgres'"),
    "INSERT INTO batches SELECT 1, 2, 2, 1, session_user, '', '', '', '', digest FROM batches LIMIT 1",
    # A number of its own choosing would say which are taken.
    "INSERT INTO deals (deal_key, deal, opened_at) VALUES (2, 'alpha', 1)",
    "INSERT INTO deals (deal, opened_at) VALUES ('alpha', 1)",
    "INSERT INTO deals (deal, opened_at) SELECT 'alpha', 1 FROM generate_series(1, 1000) ON CONFLICT DO NOTHING",
    "INSERT INTO deal_access (grantee, deal, grantee_oid, access) "
    f"SELECT rolname, '*', CAST(oid AS bigint), 'servicer' FROM pg_roles WHERE rolname = {LOGIN}",
]
CHANGES = [
    *(f"DELETE FROM {table}" for table in (*TABLES, *PARTS[:2], "alembic_version")),
    *(f"TRUNCATE {table} CASCADE" for table in (*TABLES, *PARTS[:2], "alembic_version")),
    *(f"DROP TABLE {table} CASCADE" for table in TABLES),
    *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in TABLES),
    *(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY" for table in TABLES),
    *(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE" for table in (*TABLES, "alembic_version")),
    *(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE" for table in (*TABLES, "alembic_version")),
    "UPDATE deals SET deal = 'other'",
    "UPDATE events SET principal = 0",
    "UPDATE batches SET login = 'other'",
    "UPDATE run_totals SET principal = 0",
    "UPDATE run_loans SET balance = 0",
    "UPDATE run_cuts SET again = 0",
    "UPDATE snapshots SET content = ''",
    "UPDATE deal_access SET access = 'servicer', deal = '*'",
    "UPDATE deal_locks SET deal = 'other'",
    "UPDATE deal_locks SET deal = deal",
    "UPDATE alembic_version SET version_num = '0'",
    "INSERT INTO alembic_version VALUES ('0009')",
    "DROP POLICY events_post ON events",
    "DROP FUNCTION ledger_posts(text) CASCADE",
    "ALTER FUNCTION ledger_posts(text) SECURITY DEFINER",
    "CREATE OR REPLACE FUNCTION ledger_posts(asked text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "CREATE TRIGGER mine BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()",
    "CREATE RULE mine AS ON INSERT TO events DO INSTEAD NOTHING",
    "ALTER TABLE events_part_00 OWNER TO CURRENT_USER",
    "GRANT ALL ON events TO CURRENT_USER",
    "SET session_replication_role = replica",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "SELECT nextval('deals_deal_key_seq')",
    "SELECT setval('deals_deal_key_seq', 1)",
]


@pytest.mark.parametrize("statement", [*FORGED, *CHANGES])
def test_nobody_changes_or_forges_anything(place: Place, statement: str) -> None:
    before = place.held()
    for kind in GRANTS:
        with place.plain(kind) as connection:
            try:
                done = connection.execute(statement.encode()).rowcount
            except psycopg.Error:
                connection.rollback()
            else:
                # Who has nothing to give is only warned.
                assert done == 0 or statement.startswith("GRANT"), f"{kind} did it"
    assert place.held() == before


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("statement", ["SELECT * FROM {}", "COPY {} TO STDOUT", "LOCK TABLE {} IN ACCESS SHARE MODE"])
def test_nobody_reaches_a_part_of_the_log_by_its_name(place: Place, statement: str, part: str) -> None:
    for kind in GRANTS:
        with place.plain(kind) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.format(part).encode())


def test_a_part_shows_nothing_even_to_whom_it_was_granted_by_mistake(place: Place) -> None:
    rights = "ALL ON {} {} {}".format(", ".join(PARTS), "{}", place.names["servicer"])
    with place.plain() as owner:
        owner.execute(f"GRANT {rights.format('TO')}".encode())
    try:
        with place.plain("servicer") as connection:
            for part in PARTS:
                assert connection.execute(f"SELECT * FROM {part}".encode()).fetchall() == []
                assert connection.execute(f"DELETE FROM {part}".encode()).rowcount == 0
    finally:
        with place.plain() as owner:
            owner.execute(f"REVOKE {rights.format('FROM')}".encode())


@pytest.mark.parametrize("kind", GRANTS)
def test_a_role_sees_its_own_deals_and_grants_and_no_other(place: Place, kind: str) -> None:
    keys = {ALPHA: 1, BETA: 2}
    with place.plain(kind) as connection:
        for table in TABLES:
            try:
                rows = connection.execute(f"SELECT * FROM {table}".encode())
                names = [column.name for column in rows.description or ()]
                found = [dict(zip(names, row, strict=True)) for row in rows]
            except psycopg.errors.InsufficientPrivilege:
                connection.rollback()
                assert not READS[kind] or (table == "deal_locks" and kind not in POSTS)
                continue
            if "deal_key" in names:
                assert {row["deal_key"] for row in found} <= {keys[deal] for deal in READS[kind]}
                assert found or table == "snapshots"
            elif table == "deal_access":
                assert {row["grantee"] for row in found} == {place.names[kind]}
            else:
                assert {row["deal"] for row in found} == POSTS[kind]
    if READS[kind]:
        with place.role(kind) as ledger:
            assert set(ledger.deals()) == READS[kind]
            assert {grant.role for grant in ledger._store.grants()} == {place.names[kind]}


@pytest.mark.parametrize("kind", GRANTS)
@pytest.mark.parametrize("deal", [ALPHA, BETA])
def test_a_role_posts_to_the_deals_that_it_services(postgres_server: Server, kind: str, deal: str) -> None:
    place = Place(postgres_server, postgres_server.ledger_database())
    before = place.owner.head(deal)
    if not READS[kind]:
        with pytest.raises(StoreError):
            place.role(kind)
        return
    with place.role(kind) as ledger:
        if deal in POSTS.get(kind, ()):
            assert ledger.post(paid("own", deal)).or_raise().sequence == before.sequence + 1
            [*_, batch] = place.owner.batches(deal)
            assert batch.login == place.names[kind]
            assert list(place.owner.sum_faults(deal)) == []
        else:
            with pytest.raises(StoreError, match="no right"):
                ledger.post(paid("own", deal))
            assert place.owner.head(deal) == before


@pytest.mark.parametrize("deal", ["beta", "nothing-of-this-name"])
def test_an_error_does_not_say_whether_a_deal_is_there(place: Place, deal: str) -> None:
    told = set()
    with place.plain("servicer") as connection:
        for statement in (
            "INSERT INTO deals (deal, opened_at) VALUES (%s, 1)",
            "INSERT INTO deals (deal, opened_at) VALUES (%s, 1) ON CONFLICT DO NOTHING",
            "INSERT INTO deal_locks VALUES (%s)",
            "INSERT INTO deal_locks VALUES (%s) ON CONFLICT DO NOTHING",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege) as caught:
                connection.execute(statement, [deal])
            told.add(str(caught.value).partition('"')[0])
            connection.rollback()
    assert told == {"new row violates row-level security policy for table "}


SHADOWS = [
    "CREATE TEMP TABLE deal_access AS SELECT CAST(session_user AS text) AS grantee, '*' AS deal, "
    "CAST(oid AS bigint) AS grantee_oid, 'servicer' AS access FROM pg_roles WHERE rolname = session_user",
    "CREATE TEMP TABLE deals AS SELECT 2 AS deal_key, 'alpha' AS deal, 1 AS opened_at",
    "CREATE TEMP TABLE run_totals (LIKE public.run_totals)",
    "CREATE TEMP TABLE pg_roles AS SELECT * FROM pg_catalog.pg_roles",
    "CREATE FUNCTION pg_temp.pg_has_role(oid, text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "CREATE FUNCTION pg_temp.ledger_posts(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "SET search_path = pg_temp, pg_catalog, public",
]


@pytest.mark.parametrize("kind", ["servicer", "auditor", "mixed"])
def test_tables_of_one_s_own_do_not_stand_in_for_those_of_the_ledger(place: Place, kind: str) -> None:
    before = place.held()
    columns = ", ".join(column.name for column in metadata.tables["events"].columns)
    copies = [
        # A gap in the sequence, and the other deal, with an `events` of one's own that seems to allow it.
        "INSERT INTO public.events ({0}) SELECT {1} FROM public.events WHERE deal_key = 1 AND sequence = 13",
        "INSERT INTO public.events ({0}) SELECT {2} FROM public.events WHERE deal_key = 1 AND sequence = 13",
    ]
    gap = columns.replace("sequence", "sequence + 2", 1).replace("event_id", "'forged'", 1)
    other = (
        columns.replace("sequence", "sequence + 1", 1).replace("deal_key", "2", 1).replace("event_id", "'forged'", 1)
    )
    for statement in copies:
        with place.plain(kind) as connection:
            for shadow in SHADOWS:
                connection.execute(shadow.encode())
            connection.execute(b"CREATE TEMP TABLE events AS SELECT * FROM public.events")
            connection.execute(b"INSERT INTO events SELECT 1, 14 FROM events LIMIT 1")
            with pytest.raises(psycopg.Error):
                connection.execute(statement.format(columns, gap, other).encode())
            connection.rollback()
    assert place.held() == before


def test_the_guards_hold_in_a_ledger_of_another_schema(postgres_server: Server) -> None:
    url = postgres_server.empty_database()
    postgres_server.run("CREATE SCHEMA trusts", database=url.database)
    inside = url.update_query_dict({"options": "-csearch_path=trusts"})
    with Ledger.create(inside) as owner:
        toy_deal(owner, ALPHA)
        toy_deal(owner, BETA)
        name = postgres_server.role()
        owner._store.grant(name, Access.SERVICER, ALPHA)
        with Ledger.open(inside.set(username=name)) as own:
            assert own.deals() == [ALPHA]
            own.post(paid("own")).or_raise()
            with pytest.raises(StoreError, match="no right"):
                own.post(paid("own", BETA))
        owner._store.revoke(name, ALPHA)
        with pytest.raises(StoreError):
            Ledger.open(inside.set(username=name))
    with pytest.raises(StoreError, match="holds no ledger"):
        Ledger.open(url)


def test_a_role_that_is_granted_again_has_the_new_kind_alone(postgres_server: Server, postgres_ledger: URL) -> None:
    place = Place(postgres_server, postgres_ledger)
    store, name = place.owner._store, place.names["servicer"]
    with place.role("servicer") as ledger:
        ledger.post(paid("a")).or_raise()
        store.grant(name, Access.AUDITOR, ALPHA)
        with pytest.raises(StoreError, match="no right"):
            ledger.post(paid("b"))
        assert ledger.head(ALPHA).sequence == 14
        store.grant(name, Access.SERVICER, ALPHA)
        ledger.post(paid("b")).or_raise()
        store.grant(name, Access.AUDITOR, BETA)
        store.revoke(name, ALPHA)
        assert ledger.deals() == [BETA]
        with pytest.raises(StoreError, match="no right"):
            ledger.post(paid("c", BETA))


def test_revoking_the_last_deal_takes_the_rights_to_every_table(postgres_server: Server, postgres_ledger: URL) -> None:
    place = Place(postgres_server, postgres_ledger)
    for deal in (ALPHA, BETA):
        place.owner._store.revoke(place.names["mixed"], deal)
    with place.plain() as owner:
        left = owner.execute(
            "SELECT c.relname FROM pg_class c, aclexplode(c.relacl) g JOIN pg_roles r ON r.oid = g.grantee "
            "WHERE r.rolname = %s",
            [place.names["mixed"]],
        ).fetchall()
        columns = owner.execute(
            "SELECT a.attname FROM pg_attribute a, aclexplode(a.attacl) g JOIN pg_roles r ON r.oid = g.grantee "
            "WHERE r.rolname = %s",
            [place.names["mixed"]],
        ).fetchall()
    assert (left, columns) == ([], [])
    postgres_server.run(f"DROP ROLE {place.names['mixed']}")


def test_one_deal_is_not_revoked_of_a_role_that_has_every_deal(postgres_server: Server, postgres_ledger: URL) -> None:
    place = Place(postgres_server, postgres_ledger)
    name = place.names["all_but_beta"]
    with pytest.raises(StoreError, match="every deal"):
        place.owner._store.revoke(name, BETA)
    assert [grant.deal for grant in place.owner._store.grants() if grant.role == name] == ["*", BETA]


def test_a_role_that_is_dropped_harms_nobody_and_has_no_heir(postgres_server: Server, postgres_ledger: URL) -> None:
    place = Place(postgres_server, postgres_ledger)
    store, name = place.owner._store, place.names["mixed"]
    postgres_server.run(f"DROP OWNED BY {name}", database=postgres_ledger.database)
    postgres_server.run(f"DROP ROLE {name}")
    with place.role("servicer") as ledger:
        ledger.post(paid("a")).or_raise()
    with place.role("auditor") as ledger:
        assert ledger.head(ALPHA).sequence == 14
    gone = [(grant.role, grant.access, grant.deal) for grant in store.grants() if grant.is_gone]
    assert gone == [(name, Access.SERVICER, ALPHA), (name, Access.AUDITOR, BETA)]

    postgres_server.run(f"CREATE ROLE {name} LOGIN")
    store.grant(name, Access.AUDITOR, ALPHA)
    with place.role("mixed") as ledger:
        assert ledger.deals() == [ALPHA]
        with pytest.raises(StoreError, match="no right"):
            ledger.post(paid("b"))
    assert store.forget_gone() == 2
    assert not any(grant.is_gone for grant in store.grants())
    assert [(grant.access, grant.deal) for grant in store.grants() if grant.role == name] == [(Access.AUDITOR, ALPHA)]


def test_a_role_of_another_name_is_not_taken_for_the_one_that_was_granted(
    postgres_server: Server, postgres_ledger: URL
) -> None:
    """Object identifiers differ from server to server: a restored grant must not fall to whoever has the number."""
    place = Place(postgres_server, postgres_ledger)
    postgres_server.run(f"ALTER ROLE {place.names['auditor']} RENAME TO renamed")
    place.names["auditor"] = "renamed"
    with place.role("auditor") as ledger:
        assert ledger.deals() == []
        place.owner._store.grant("renamed", Access.AUDITOR, ALPHA)
        assert ledger.deals() == [ALPHA]


def test_rights_come_by_membership_where_they_are_inherited(postgres_server: Server, postgres_ledger: URL) -> None:
    place = Place(postgres_server, postgres_ledger)
    group = place.names["servicer"]
    for rights, posts in (("INHERIT TRUE", True), ("INHERIT FALSE", False)):
        member = postgres_server.role()
        postgres_server.run(f"GRANT {group} TO {member} WITH {rights}")
        url = postgres_ledger.set(username=member)
        if posts:
            with Ledger.open(url) as ledger:
                ledger.post(paid(member)).or_raise()
                assert [item.login for item in ledger.batches(ALPHA)][-1] == member
        else:
            with pytest.raises(StoreError):
                Ledger.open(url)
            assuming = url.update_query_dict({"options": f"-crole={group}"})
            with Ledger.open(assuming) as ledger:
                ledger.post(paid(member)).or_raise()
                # Whose rights they were is not who was connected.
                assert [item.login for item in ledger.batches(ALPHA)][-1] == member


@pytest.mark.parametrize("kind", ["auditor", "mixed", "stranger", "servicer"])
def test_who_may_not_post_to_a_deal_cannot_hold_its_writers(place: Place, kind: str) -> None:
    statements = [
        f"SELECT pg_advisory_xact_lock(hashtextextended('{BETA}', 0))",
        f"SELECT * FROM deal_locks WHERE deal = '{BETA}' FOR UPDATE",
        f"SELECT * FROM deal_locks WHERE deal = '{BETA}' FOR KEY SHARE",
        f"INSERT INTO deal_locks VALUES ('{BETA}')",
        "LOCK TABLE deal_locks IN ROW EXCLUSIVE MODE",
        "LOCK TABLE deals IN ROW EXCLUSIVE MODE",
        f"SELECT * FROM deals WHERE deal = '{BETA}' FOR UPDATE",
        "SELECT * FROM events WHERE deal_key = 2 FOR SHARE",
        "SELECT * FROM events LIMIT 1",
    ]
    with place.plain(kind) as holding:
        for statement in statements:
            try:
                with holding.transaction():
                    holding.execute(statement.encode())
            except psycopg.errors.InsufficientPrivilege:
                continue
        finished: list[bool] = []
        posting = Thread(target=lambda: finished.append(place.owner.post(paid(kind, BETA)).accepted), daemon=True)
        posting.start()
        posting.join(10)
        assert finished == [True]


def test_a_writer_gives_up_in_time_and_says_what_to_do(
    postgres_server: Server, postgres_ledger: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(postgres_server, postgres_ledger)
    monkeypatch.setattr(engine_module, "BUSY_TIMEOUT_MS", 300)
    with place.plain("servicer") as holding, place.role("servicer") as ledger:
        holding.execute("SELECT * FROM deal_locks WHERE deal = 'alpha' FOR UPDATE")
        with pytest.raises(StoreUnavailable, match=r"nothing was written, try again.*pg_terminate_backend"):
            ledger.post(paid("a"))
        holding.rollback()
        assert ledger.post(paid("a")).accepted


def test_an_upgrade_gives_up_in_time(postgres_ledger: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "BUSY_TIMEOUT_MS", 300)
    plain = postgres_ledger.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as holding:
        holding.execute("LOCK TABLE alembic_version IN SHARE MODE")
        with pytest.raises(StoreUnavailable, match="locked"):
            Ledger.create(postgres_ledger)


def test_a_snapshot_that_is_kept_already_stays(postgres_server: Server, postgres_ledger: URL) -> None:
    place = Place(postgres_server, postgres_ledger)
    toy_month(place.owner, 1, ALPHA)
    with place.plain() as owner:
        [(number, through, version, content)] = owner.execute(
            "SELECT distribution, through_sequence, version, content FROM snapshots"
        ).fetchall()
    for kind in ("servicer", "owner"):
        store = place.owner._store if kind == "owner" else EventStore.open(place.url.set(username=place.names[kind]))
        store.keep_snapshot(ALPHA, number, through, version, b"forged")
        store.keep_snapshot(ALPHA, number, through + 1, version, b"of another moment")
    with place.role("servicer") as ledger, pytest.raises(StoreError, match="no right"):
        ledger.drop_snapshots(ALPHA)
    with place.plain() as owner:
        found = owner.execute("SELECT through_sequence, content FROM snapshots ORDER BY through_sequence").fetchall()
    assert found == [(through, content), (through + 1, b"of another moment")]
    assert place.owner.drop_snapshots(ALPHA) == 2


def test_an_embedded_ledger_keeps_the_first_snapshot_too(ledger: Ledger) -> None:
    toy_deal(ledger, ALPHA)
    for content in (b"first", b"second"):
        ledger._store.keep_snapshot(ALPHA, 20210125, 13, 1, content)
    with ledger._store.reading() as reading:
        assert [item[2] for item in reading.snapshots(1, version=1, last=99999999, known_through=13)] == [b"first"]


def test_an_auditor_may_try_what_it_may_not_post(place: Place) -> None:
    with place.role("auditor") as ledger:
        before = ledger.head(ALPHA)
        assert ledger.post(paid("tried"), dry_run=True).accepted
        assert ledger.head(ALPHA) == before


@pytest.mark.parametrize(
    ("role", "deal", "told"),
    [
        ("nobody_at_all", ALPHA, "no database role 'nobody_at_all'.*CREATE ROLE"),
        ("a\n", ALPHA, "identifier"),
        ("x", " b", "identifier"),
    ],
)
def test_what_cannot_be_granted_is_refused(place: Place, role: str, deal: str, told: str) -> None:
    with pytest.raises(StoreError, match=told):
        place.owner._store.grant(role, Access.AUDITOR, deal)


def test_an_embedded_ledger_has_no_roles(ledger: Ledger) -> None:
    store = ledger._store
    for asked in (
        lambda: store.grant("x", Access.AUDITOR, ALPHA),
        lambda: store.revoke("x", ALPHA),
        store.grants,
        store.forget_gone,
    ):
        with pytest.raises(StoreError, match="no roles"):
            asked()


def test_every_function_of_the_ledger_has_a_search_path_of_its_own(place: Place) -> None:
    with place.plain() as owner:
        found = owner.execute(
            "SELECT proname, prosecdef, proconfig FROM pg_proc WHERE proname LIKE 'ledger\\_%'"
        ).fetchall()
    assert len(found) >= 12
    own = "search_path=pg_catalog, pg_temp"
    assert {tuple(config or ()) for _, _, config in found} == {(own,), (own, "plan_cache_mode=force_generic_plan")}
    assert [name for name, definer, _ in found if definer] == ["ledger_number_deal"]
