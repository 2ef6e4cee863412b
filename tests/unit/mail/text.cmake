# Tests of the reading half of mail/: from decoded text to views.
set(text_base base/arena.c base/str.c base/buf.c base/list.c)
set(text_fold ${text_base} mail/fold.c mail/cluster.c mail/script.c mail/spaced.c mail/lookalike.c)
set(text_author ${text_fold} mail/author.c mail/line.c mail/quote.c mail/attribution.c mail/footer.c mail/signature.c
    mail/names.c mail/wording.c mail/excerpt.c)
set(text_opener ${text_author} mail/opener.c mail/greeting.c mail/sentence.c)
set(text_link mail/link.c mail/link_scan.c mail/redirect.c)

add_unit_test(fold "PkgConfig::UTF8PROC" ${text_fold})
