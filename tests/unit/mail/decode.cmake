# Tests of the decoding half of mail/: from bytes to headers, text, links and facts.
set(decode_base base/arena.c base/str.c base/buf.c base/list.c base/clock.c)
set(decode_header ${decode_base} mail/header.c mail/encoded_word.c mail/charset.c)
set(decode_html mail/readable.c mail/html.c mail/html_text.c mail/html_element.c mail/html_style.c mail/html_sheet.c
    mail/html_color.c mail/html_tag.c mail/html_role.c mail/html_guard.c)
set(decode_message ${decode_header} ${decode_html} mail/address.c mail/message.c mail/message_facts.c mail/mime.c
    mail/part_header.c mail/prepass.c mail/text_part.c mail/flowed.c mail/enriched.c mail/alternative.c mail/limits.c)
set(decode_libraries PkgConfig::GMIME PkgConfig::LIBXML2 PkgConfig::IDN2)

add_unit_test(charset "" ${decode_base} mail/charset.c)
add_unit_test(header "PkgConfig::GMIME" ${decode_header} mail/limits.c)
add_unit_test(address "PkgConfig::GMIME;PkgConfig::IDN2" ${decode_header} mail/address.c)
add_unit_test(prepass "PkgConfig::GMIME" ${decode_header} mail/prepass.c mail/part_header.c mail/limits.c)
add_unit_test(html "PkgConfig::LIBXML2" ${decode_base} ${decode_html} mail/charset.c mail/limits.c)
add_unit_test(alternative "" ${decode_base} mail/alternative.c mail/charset.c)
add_unit_test(auth_results "${decode_libraries}" ${decode_message} mail/auth_results.c)
add_unit_test(message "${decode_libraries}" ${decode_message})
