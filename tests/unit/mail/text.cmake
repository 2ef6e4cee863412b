# Tests of the reading half of mail/: from decoded text to views.
set(text_base base/arena.c base/str.c base/buf.c base/list.c)
set(text_fold ${text_base} mail/fold.c mail/cluster.c mail/script.c mail/spaced.c mail/lookalike.c)
set(text_author ${text_fold} mail/author.c mail/line.c mail/folded.c mail/quote.c mail/attribution.c mail/footer.c mail/signature.c
    mail/names.c mail/wording.c mail/wording_phrases.c mail/excerpt.c)
set(text_opener ${text_author} mail/opener.c mail/greeting.c mail/sentence.c)
set(text_link mail/link.c mail/link_scan.c mail/redirect.c mail/percent.c)

add_unit_test(fold "PkgConfig::UTF8PROC" ${text_fold})
add_unit_test(author "PkgConfig::UTF8PROC" ${text_author})
add_unit_test(opener "PkgConfig::UTF8PROC" ${text_opener})
add_unit_test(link "PkgConfig::UTF8PROC;PkgConfig::IDN2" ${text_base} ${text_link} mail/script.c)
add_unit_test(view "PkgConfig::UTF8PROC;PkgConfig::IDN2;PkgConfig::GMIME" ${text_opener} ${text_link} mail/view.c
    mail/limits.c mail/header.c mail/encoded_word.c mail/charset.c base/clock.c)
