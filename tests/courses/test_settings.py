"""Every variable is checked in one place, and what is wrong with it is said in one sentence."""

import pytest

from courses.settings import DEFAULT_SECRET, Settings, SettingsError, without_secrets

REAL = {
    "KAFEDRA_ENV": "production",
    "KAFEDRA_SECRET_KEY": "s" * 40,
    "KAFEDRA_PUBLIC_URL": "https://learn.school.ru",
}
WRONG = [
    ("KAFEDRA_ENV", "prod", "production"),
    ("KAFEDRA_ENV", "Production", "production"),
    ("KAFEDRA_DEMO", "true", "0 или 1"),
    ("KAFEDRA_PORT", "abc", "от 1 до 65535"),
    ("KAFEDRA_PORT", "0", "от 1 до 65535"),
    ("KAFEDRA_PORT", "70000", "от 1 до 65535"),
    ("KAFEDRA_PORT", "9" * 5000, "от 1 до 65535"),
    ("KAFEDRA_HOST", "http://0.0.0.0", "127.0.0.1"),
    ("KAFEDRA_HOST", "0.0.0.0:8000", "127.0.0.1"),
    ("KAFEDRA_WEB_WORKERS", "два", "целое число"),
    ("KAFEDRA_WEB_WORKERS", "0", "целое число"),
    ("KAFEDRA_WEB_THREADS", "-1", "целое число"),
    ("KAFEDRA_WORKER_CHILDREN", "²", "целое число"),
    ("KAFEDRA_TRUSTED_PROXIES", "1.5", "целое число"),
    ("KAFEDRA_LOG_LEVEL", "LOUD", "INFO"),
    ("DATABASE_URL", "mysql://localhost/kafedra", "postgresql://"),
    ("DATABASE_URL", "kafedra.sqlite3", "postgresql://"),
    ("DATABASE_URL", "sqlite://kafedra.sqlite3", "sqlite:////"),
    ("DATABASE_URL", "postgresql://kafedra:p/w@localhost/kafedra", "%2F"),
    ("REDIS_URL", "localhost:6379", "redis://"),
    ("REDIS_URL", "redis://", "redis://"),
    ("KAFEDRA_TIME_ZONE", "Moscow/Europe", "Europe/Moscow"),
    ("KAFEDRA_TIME_ZONE", "Europe", "Europe/Moscow"),
    ("KAFEDRA_TIME_ZONE", "../etc/passwd", "Europe/Moscow"),
    ("KAFEDRA_PUBLIC_URL", "learn.school.ru", "https://"),
    ("KAFEDRA_PUBLIC_URL", "https://", "https://"),
    ("KAFEDRA_PUBLIC_URL", "https://school.ru/learn", "без пути"),
    ("KAFEDRA_PUBLIC_URL", "https://school.ru:порт", "https://"),
    ("KAFEDRA_SMTP_URL", "mail.school.ru:587", "smtp://"),
    ("KAFEDRA_SMTP_URL", "smtp://mail.school.ru?tls=yes", "starttls"),
    ("KAFEDRA_MAIL_FROM", "Кафедра", "адрес почты"),
    ("KAFEDRA_CONTACT_EMAIL", "school.ru", "адрес почты"),
    ("KAFEDRA_CERTIFICATE_PREFIX", "ИРО 2026/1", "букв"),
]


ADDRESSES = ("DATABASE_URL", "REDIS_URL", "KAFEDRA_SMTP_URL", "KAFEDRA_PUBLIC_URL")


@pytest.mark.parametrize(("name", "held", "wanted"), WRONG)
def test_a_wrong_value_is_named_with_what_it_may_be(name: str, held: str, wanted: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env(REAL | {name: held})
    sentence = str(refusal.value)
    assert sentence.startswith(f"{name}: ")
    assert wanted in sentence
    assert (without_secrets(held) if name in ADDRESSES else held) in sentence


def test_an_empty_variable_is_one_that_was_not_given() -> None:
    names = {name for name, _, _ in WRONG} | {"KAFEDRA_VAR", "KAFEDRA_ORGANISATION", "KAFEDRA_SEAL_IMAGE"}
    assert Settings.from_env(dict.fromkeys(names, "")) == Settings.from_env({})
    assert Settings.from_env(dict.fromkeys(names, "  ")) == Settings.from_env({})


@pytest.mark.parametrize(
    ("held", "meant"),
    [
        ("postgres://u:p@db/k", "postgresql+psycopg://u:p@db/k"),
        ("postgresql://u:p@db:5433/k", "postgresql+psycopg://u:p@db:5433/k"),
        ("postgresql+psycopg://u:@/k?host=/run/pg", "postgresql+psycopg://u:@/k?host=/run/pg"),
        ("sqlite:////srv/k.sqlite3", "sqlite:////srv/k.sqlite3"),
    ],
)
def test_the_usual_spellings_of_a_database_are_taken(held: str, meant: str) -> None:
    assert Settings.from_env({"DATABASE_URL": held}).database_url == meant


def test_a_real_installation_says_the_address_that_certificates_will_carry() -> None:
    with pytest.raises(SettingsError, match="KAFEDRA_PUBLIC_URL: не задано"):
        Settings.from_env({name: held for name, held in REAL.items() if name != "KAFEDRA_PUBLIC_URL"})
    assert Settings.from_env(REAL | {"KAFEDRA_PUBLIC_URL": "https://x.ru/"}).public_url == "https://x.ru"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("10.1.2.3", "http://10.1.2.3:8000"),
        ("school.local", "http://school.local:8000"),
    ],
)
def test_listening_everywhere_is_no_address(host: str, url: str) -> None:
    assert Settings.from_env({"KAFEDRA_HOST": host}).public_url == url


@pytest.mark.parametrize(
    "given",
    [
        {"KAFEDRA_HOST": "0.0.0.0"},
        {"KAFEDRA_HOST": "school.local"},
        {"DATABASE_URL": "postgresql://u:p@db/k"},
        {"KAFEDRA_ENV": "production", "KAFEDRA_PUBLIC_URL": "https://x.ru"},
        {"KAFEDRA_PUBLIC_URL": "https://x.ru"},
        {"KAFEDRA_TRUSTED_PROXIES": "1"},
    ],
)
@pytest.mark.parametrize("secret", ["", DEFAULT_SECRET, "short"])
def test_the_secret_everybody_knows_is_for_ones_own_machine_only(given: dict[str, str], secret: str) -> None:
    assert "KAFEDRA_SECRET_KEY" in Settings.from_env(given | {"KAFEDRA_SECRET_KEY": secret}).danger
    assert Settings.from_env(given | {"KAFEDRA_SECRET_KEY": "s" * 40}).danger == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1"])
def test_ones_own_machine_needs_no_secret(host: str) -> None:
    assert Settings.from_env({"KAFEDRA_HOST": host}).danger == ""


def test_the_doors_of_a_demo_are_never_open_in_production() -> None:
    assert "KAFEDRA_DEMO" in Settings.from_env(REAL | {"KAFEDRA_DEMO": "1"}).danger
    assert Settings.from_env({"KAFEDRA_DEMO": "1"}).danger == ""


@pytest.mark.parametrize("password", ["secret", "s/ecret", "s@ecret", "sec:ret"])
@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "KAFEDRA_SMTP_URL"])
def test_no_password_is_shown_when_an_address_is_wrong(name: str, password: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({name: f"wrong://user:{password}@host/name"})
    assert "ecret" not in str(refusal.value)
    assert "ret@" not in str(refusal.value)
    assert "wrong://…" in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("DATABASE_URL", "kafedra:S3cretPw@db/kafedra"),
        ("DATABASE_URL", "mysql:/u:S3cretPw@db"),
        ("DATABASE_URL", "host=db password=S3cretPw"),
        ("DATABASE_URL", "postgresql://db/k?sslpassword=S3cretPw x"),
        ("DATABASE_URL", "postgresql://u:S3cret\nPw@db/k"),
        ("REDIS_URL", "redis:S3cretPw@host"),
        ("KAFEDRA_SMTP_URL", "smtp:user:S3cretPw@host"),
        ("KAFEDRA_SMTP_URL", "smtp:user:S3cretPw"),
    ],
)
def test_an_address_that_makes_no_sense_is_not_shown_with_its_secrets(name: str, held: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({name: held})
    assert "cret" not in str(refusal.value)


@pytest.mark.parametrize("held", ["sqlite:///", "sqlite:///:memory:", "sqlite://"])
def test_a_database_that_each_connection_has_for_itself_is_none(held: str) -> None:
    with pytest.raises(SettingsError):
        Settings.from_env({"DATABASE_URL": held})
