"""The readable text of a message, well enough to tell its language and to quote a line; no substitute for mail/."""

import email
import email.policy
import html
import quopri
import re

TEXT_MAX = 200_000
GUESS_MAX = 4000

STOP_WORDS = {
    "en": "the and you to of is that for with your this are have i we in it be not on do no as an me so by "
          "or if was at but will can my he they from has our please thanks",
    "de": "der die und das nicht ist ich sie mit auf für ein eine wir den zu es von haben ihr ihre "
          "ihnen im dem bei als uns oder freundlichen grüßen",
    "fr": "le la les des et vous que est pour dans une nous avec je du en pas sur ce votre",
    "es": "el los que de la y en para una con su usted por está las del nos se un le",
    "it": "il di che la e per una con sono del non della un è ci vi le mi gli si",
    "pt": "o os que de não para uma você em do da um as por se seu sua e na no são está mas obrigado",
    "nl": "het een en van ik niet je dat voor met de u wij is op zijn onze uw we aan",
    "pl": "nie się i w na do jest że to z dla jak czy o po od za są państwa oraz",
    "sv": "och att det är jag en som på för inte med av till ni vi har om ett den er",
    "tr": "ve bir bu için ile ne çok da de merhaba olarak mi var gibi daha sizin siz ben biz en",
}
# Single letters are words in half of these languages, and variables in every patch.
STOP_WORDS = {language: frozenset(word for word in words.split() if len(word) > 1)
              for language, words in STOP_WORDS.items()}

# A word of three languages speaks for each of them a third.
WEIGHTS = {word: 1 / sum(word in known for known in STOP_WORDS.values())
           for words in STOP_WORDS.values() for word in words}


def decoded(raw, charset):
    for name in (charset, "utf-8"):
        try:
            return raw.decode(name or "utf-8")
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("latin-1")


def without_tags(text):
    text = re.sub(r"(?is)<(script|style|head)\b.*?</\1>", " ", text)
    return html.unescape(re.sub(r"(?s)<[^>]*>", " ", text))


def part_text(raw):
    """The first text part, plain before HTML, by the standard library."""
    try:
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
        parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
        parts.sort(key=lambda part: part.get_content_subtype() != "plain")
        for part in parts[:1]:
            text = decoded(part.get_payload(decode=True) or b"", part.get_content_charset())
            return without_tags(text) if part.get_content_subtype() == "html" else text
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        pass
    return ""


def readable_text(raw):
    """The text of a message given as bytes; the common plain kinds without a full parse."""
    end = re.search(rb"\r?\n\r?\n", raw)
    head = raw[:end.start()].lower() if end else raw.lower()
    if re.search(rb"multipart/|base64|text/html|message/", head):
        return part_text(raw[:TEXT_MAX])
    body = raw[end.end():end.end() + TEXT_MAX] if end else b""
    if b"quoted-printable" in head:
        body = quopri.decodestring(body)
    charset = re.search(rb"charset=\"?([\w.:-]+)", head)
    return decoded(body, charset.group(1).decode("ascii", "replace") if charset else None)


def guess_language(text):
    """A language code, or '?' when nothing speaks for one."""
    text = re.sub(r"\S*[@/]\S*|\bwww\.\S*", " ", text[:GUESS_MAX].lower())
    letters = sum(character.isalpha() for character in text) or 1
    if len(re.findall(r"[\u3040-\u30ff]", text)) / letters > 0.05:
        return "ja"
    if len(re.findall(r"[\u4e00-\u9fff]", text)) / letters > 0.2:
        return "zh"
    if len(re.findall(r"[\u0400-\u04ff]", text)) / letters > 0.3:
        return "ru"
    words = re.findall(r"[^\W\d_]+", text)
    found = {language: sum(WEIGHTS[word] for word in words if word in known) for language, known in STOP_WORDS.items()}
    best = max(found, key=found.get)
    return best if found[best] >= 1.5 else "?"


def line_with(text, evidence, width=200):
    """The line of `text` that holds `evidence`, about `width` characters with the evidence in >> <<."""
    words = re.findall(r"\w+", evidence)
    place = re.search(r"\W+".join(map(re.escape, words)), text, re.IGNORECASE) if words else None
    if place is None:
        return f">>{evidence}<<"
    room = max(0, width - (place.end() - place.start())) // 2
    before = text[max(0, place.start() - room):place.start()]
    behind = text[place.end():place.end() + room]
    return " ".join(f"{before}>>{place.group()}<<{behind}".split())
