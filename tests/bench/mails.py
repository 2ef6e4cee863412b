"""Mail for benchmarks: of the tuning set where there is one, else generated, and a mix like a mail exchanger's."""

import email.utils
import pathlib
import random

WORDS = """please find attached the report we talked about yesterday and let me know if anything is missing from your side
the meeting has been moved to thursday because two of us are travelling thanks for sending the numbers so quickly I had a
look at the draft this morning and changed the second chapter can you check whether the server is up again after the
update customers asked for the invoice with the new address our office will be closed next week the parts were delivered
to the wrong door the kernel module does not build with the new compiler see the log below I will call the supplier
tomorrow and tell you what they say the children liked the museum very much shall we book the same place again""".split()
SALES = """growth pipeline revenue outreach leads prospects meetings calendar demo platform solution partner agency budget brand
audience traffic ranking campaign conversion customers clients founders executives engineers candidates talent hiring
offshore developers designers website application software automation integration workflow savings costs invoices energy
insurance logistics freight packaging samples catalogue wholesale factory supplier quality certified delivery pricing
discount trial introduction opportunity collaboration proposal quote project roadmap scale expand accelerate improve reduce
increase book schedule discuss explore share offer help build provide deliver launch train support consult""".split()
COLD = """Hi {name},

I hope this finds you well. Sorry to bother you out of the blue, but I came across {company} and was impressed by your
growth. We help companies like yours generate more qualified leads without any upfront cost. Would you be open to a quick
15 minute call next week? If it is not for you, just reply with no and I will not write again.

Best regards
{sender}
"""


def text(randomizer, size):
    lines, line, total = [], "", 0
    while total < size:
        line += randomizer.choice(WORDS) + " "
        if len(line) > 66:
            lines.append(line.strip() + randomizer.choice(("", "", ",", ".")))
            total += len(line)
            line = ""
    return "\n".join(lines)


def head(number, subject, content_type="text/plain; charset=utf-8"):
    return (f"Received: from mail.far{number % 97}.example (mail.far{number % 97}.example [203.0.113.{number % 250}])\n"
            f"\tby mx.test.example with ESMTPS id 4B{number:08X}; Mon, 6 Jul 2026 10:11:12 +0200\n"
            f"From: Person {number % 5000} <person{number % 5000}@far{number % 97}.example>\nTo: you@test.example\n"
            f"Subject: {subject}\nDate: Mon, 6 Jul 2026 10:11:12 +0200\nMessage-ID: <{number}.bench@far.example>\n"
            f"MIME-Version: 1.0\nContent-Type: {content_type}\n\n")


def ham(randomizer, number, largest):
    """Sizes like a mail exchanger's: half under 3 KB, some of hundreds of KB (newsletters, attachments)."""
    size = min(largest, int(randomizer.lognormvariate(7.6, 1.3)))
    body = text(randomizer, size)
    if number % 3:
        return head(number, " ".join(randomizer.sample(WORDS, 5))) + body
    markup = "".join(f"<p style=\"margin:0\">{line} <a href=\"https://far.example/{number}\">more</a></p>\n"
                     for line in body.split("\n"))
    return head(number, "News of the week", "text/html; charset=utf-8") + f"<html><body>{markup}</body></html>\n"


def cold(randomizer, number, _):
    names = randomizer.sample(WORDS, 3)
    return head(number, f"Quick question {names[0]}") + COLD.format(
        name=names[0].title(), company=names[1].title() + " Ltd", sender=names[2].title())


def generate(directory, count=1000, cold_share=0.1, largest=400_000):
    """A mix of generated mail, the same on every run; returns the directory."""
    randomizer = random.Random(42)
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True)
    for number in range(count):
        make = cold if number % 100 < 100 * cold_share else ham
        (directory / f"{number:05}.eml").write_text(make(randomizer, number, largest))
    return directory


def of_size(directory, size):
    """One message whose text is so large."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True)
    (directory / "one.eml").write_text(head(1, "Large") + text(random.Random(size), size))
    return directory


def sent_mail(path, count):
    """An mbox of mail that our people sent, to so many different mailboxes."""
    now = email.utils.formatdate()  # older mail would be forgotten at once
    with open(path, "w", encoding="utf-8") as out:
        for number in range(count):
            out.write(f"From user Mon Jul  6 10:11:12 2026\nFrom: user{number % 200}@test.example\n"
                      f"To: person{number}@far{number % 9973}.example\nSubject: Hello\n"
                      f"Date: {now}\nMessage-ID: <s{number}@test.example>\n\nHello.\n\n")


def phrase_rules(path, count, more=""):
    """So many rules of one phrase each: words that salesmen use, in an order that hardly any mail has."""
    randomizer = random.Random(7)
    seen = set()
    with open(path, "w", encoding="utf-8") as out:
        out.write("rules = (\n")
        while len(seen) < count:
            words = tuple(randomizer.sample(SALES, 4))
            if words in seen:
                continue
            seen.add(words)
            number = len(seen)
            one, two, three, four = words
            out.write(f'{{ id = "BENCH_{number}"; family = "bench"; score = 0.1; status = "stable"; '
                      f'describe = "A phrase for the benchmark"; view = "body"; {more}'
                      f'phrases = [ "{one} {two} (to|for) (our|your) {three} {four}" ]; '
                      f'hits = [ "{one} {two} for your {three} {four}", "{one} {two} to our {three} {four}" ]; '
                      f'misses = [ "hello", "thanks" ]; }}' + (",\n" if number < count else "\n"))
        out.write(");\n")
