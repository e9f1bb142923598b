"""Bytes to text and back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from defiller.features.document import ReadingError
from defiller.features.reading import decode, encode

TEXTS = {
    "fr": "L’été dernier, la société a ouvert trois magasins ; le café était déjà fermé à Noël.",
    "de": "Die Straße über den Fluss wurde für größere Fahrzeuge gesperrt. Öl ist teurer.",
    "pt": "As reuniões são às terças, não há exceções; a câmara decidiu até ao fim do mês.",
    "sv": "Kommunfullmäktige beslöt i går att stänga bron över ån, sade borgmästaren.",
    "en": "The shop – on “Main Street” – closes on Friday…it’s the café’s last day.",
    "ru": "Вчера городской совет решил закрыть мост на ремонт до конца сентября.",
    "cs": "Městská rada včera rozhodla, že most bude do konce září uzavřen. Příští týden začnou.",
    "hu": "A városi tanács úgy döntött, hogy a hidat lezárják; az első költségvetés szűkös.",
    "tr": "Belediye meclisi köprünün kapatılmasına karar verdi, dedi başkan. Şehir kalabalık.",
    "el": "Το δημοτικό συμβούλιο αποφάσισε χθες να κλείσει τη γέφυρα μέχρι τον Σεπτέμβριο.",
    "ja": "昨日、市議会は橋を九月末まで閉鎖することを決めたと市長が記者団に語った。",
    "zh": "昨天，市议会决定关闭大桥进行维修，直到九月底，市长对记者说。工程费用为三百万元。",
    "ko": "시의회는 어제 구월 말까지 다리를 보수하기 위해 폐쇄하기로 결정했다고 말했다.",
}


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        *((language, "cp1252") for language in ("fr", "de", "pt", "sv", "en")),
        ("ru", "cp1251"),
        ("ru", "koi8_r"),
        ("cs", "cp1250"),
        ("hu", "cp1250"),
        ("tr", "cp1254"),
        ("el", "cp1253"),
        ("ja", "shift_jis"),
        ("ja", "euc_jp"),
        ("ja", "iso2022_jp"),
        ("zh", "gb18030"),
        ("ko", "euc_kr"),
    ],
)
def test_old_encodings_are_detected(language, encoding):
    data = TEXTS[language].encode(encoding)
    decoded = decode(data)
    assert decoded.text == TEXTS[language]
    assert encode(decoded.text, decoded) == data


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("language", sorted(TEXTS))
def test_byte_order_marks_are_kept(language, encoding):
    data = TEXTS[language].encode(encoding)
    decoded = decode(data)
    assert (decoded.text, decoded.bom) == (TEXTS[language], True)
    assert encode(decoded.text, decoded) == data


def test_a_few_letters_of_latin_text_are_windows_1252():
    assert decode("café".encode("latin-1")).text == "café"


def test_line_endings_are_kept():
    data = b"one\r\ntwo\rthree\n\x0bfour"
    decoded = decode(data)
    assert decoded.text == "one\r\ntwo\rthree\n\x0bfour"
    assert encode(decoded.text, decoded) == data


def test_a_mark_decides_against_what_is_declared():
    assert decode("é".encode("utf-8-sig"), declared="cp1251").text == "é"


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        pytest.param("é".encode(), "latin-1", "é", id="valid UTF-8 beats a single-byte name"),
        pytest.param("é".encode("cp1252"), "iso-8859-1", "é", id="latin-1 means Windows-1252"),
        pytest.param(b"\x93x\x94", "ascii", "“x”", id="so does ASCII"),
        pytest.param(b"\x8fx", "latin-1", "\x8fx", id="but for what Windows-1252 lacks"),
        pytest.param("дом".encode("cp1251"), "windows-1251", "дом", id="Cyrillic"),
        pytest.param("дом".encode("koi8_r"), "X-KOI8-R", "дом", id="an x- name"),
        pytest.param("橋".encode("gbk"), "gb2312", "橋", id="gb2312 means gb18030"),
        pytest.param("橋".encode("iso2022_jp"), "iso-2022-jp", "橋", id="seven-bit Japanese"),
        pytest.param("дом".encode("utf-16-le"), "utf-16", "дом", id="UTF-16 without a mark"),
        pytest.param(b"plain", "no-such-name", "plain", id="an unknown name"),
        pytest.param(b"plain", "rot13", "plain", id="no encoding of text"),
        pytest.param(rb"caf\u00e9", "unicode_escape", r"caf\u00e9", id="an escape is no encoding"),
        pytest.param(b"+AGEA-", "utf-7", "+AGEA-", id="nor is UTF-7"),
    ],
)
def test_declared_encodings(data, declared, text):
    decoded = decode(data, declared=declared)
    assert decoded.text == text
    assert encode(decoded.text, decoded) == data


@pytest.mark.parametrize(
    "head",
    [
        "<meta charset=windows-1251>",
        "<META http-equiv='Content-Type' content='text/html; charset=windows-1251'>",
        "<?xml version='1.0' encoding='windows-1251'?><html>",
        "<meta name=a><meta content='text/html; charset = \"windows-1251\"'>",
    ],
)
def test_a_page_declares_its_encoding(head):
    data = (head + "<p>Дом</p>").encode("cp1251")
    assert decode(data, html=True).encoding == "cp1251"


def test_a_page_that_says_utf_16_in_ascii_is_not():
    assert decode(b"<meta charset=utf-16><p>x</p>", html=True).encoding == "utf-8"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7\n%\xe2", r"looks like a binary file \(PDF\); extract its text first"),
        (b"PK\x03\x04\x14", r"looks like a binary file \(ZIP"),
        (b"\x1f\x8b\x08", r"looks like a binary file \(gzip\)"),
        (b"\x89PNG\r\n\x1a", r"looks like a binary file \(PNG"),
        (b"text\0more", r"looks like a binary file \(it holds NUL bytes\)"),
        (b"\xff\xfea", "has the mark of UTF-16-LE but is not valid"),
        (b"\xef\xbb\xbf\xff", "has the mark of UTF-8 but is not valid"),
        (bytes(range(1, 256)) * 3, "the encoding of the file is not known"),
    ],
)
def test_what_cannot_be_read_is_refused(data, message):
    with pytest.raises(ReadingError, match=message) as raised:
        decode(data)
    assert "\n" not in str(raised.value)


def test_a_late_accent_in_a_long_file_is_found():
    data = ("The shop is open.\n" * 20_000 + "The café is not.\n" * 20_000).encode("cp1252")
    assert "The café is not." in decode(data).text


@given(st.binary(max_size=200), st.sampled_from([None, "cp1252", "gbk", "utf-16", "latin-1"]))
@example(b"\xff\xfe\x00\xd8", None)
@example(b"\x1b$B0", None)
@example(b"\x81", None)
def test_whatever_is_decoded_comes_back(data, declared):
    try:
        decoded = decode(data, declared=declared, html=True)
    except ReadingError:
        return
    assert encode(decoded.text, decoded) == data
