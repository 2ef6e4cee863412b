#include "mail/html.h"

#include "mail/charset.h"
#include "mail/html_color.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One HTML part, read. */
struct reading {
	struct arena *arena;
	struct message message;
};

static struct reading read_with(const char *html, struct mail_limits limits)
{
	struct reading reading = {.arena = arena_create(0)};
	struct readable readable;

	assert_non_null(reading.arena);
	reading.message.facts = (struct message_facts){0};
	readable = readable_make(&limits, &reading.message.facts, reading.arena);
	html_add(&readable, str_of(html));
	assert_int_equal(readable_finish(&readable, &reading.message), STATUS_OK);
	return reading;
}

static struct reading read_html(const char *html)
{
	return read_with(html, mail_limits_default);
}

/* "text{Qquoted}text": the readable text with its spans marked by the first letter of their role. */
static void expect(const char *html, const char *expected)
{
	static const char roles[] = {
	    [TEXT_AUTHOR] = 'A', [TEXT_QUOTE] = 'Q', [TEXT_FORWARD] = 'F', [TEXT_FOOTER] = 'S'};
	struct reading reading = read_html(html);
	struct buf out = buf_make(reading.arena);
	size_t at = 0;

	for (size_t i = 0; i < reading.message.span_count; i++) {
		const struct text_span *span = &reading.message.spans[i];

		assert_true(span->start >= at && span->end > span->start && span->end <= reading.message.text.n);
		buf_add_str(&out, str_sub(reading.message.text, at, span->start - at));
		buf_add_format(&out, "{%c%.*s}", roles[span->role], (int)(span->end - span->start),
			       reading.message.text.p + span->start);
		at = span->end;
	}
	buf_add_str(&out, str_sub(reading.message.text, at, reading.message.text.n));
	buf_add_byte(&out, '\0');
	assert_string_equal(out.p, expected);
	arena_destroy(reading.arena);
}

/* The text is "seen", and so many words were hidden. */
static void expect_hidden(const char *html, size_t words)
{
	struct reading reading = read_html(html);
	struct message_facts facts = reading.message.facts;

	if (!str_equal(reading.message.text, STR("seen")))
		fail_msg("%s\ngives: %.*s", html, STR_ARGS(reading.message.text));
	assert_int_equal(facts.hidden_words, words);
	assert_int_equal(facts.hidden_text, words > 0);
	arena_destroy(reading.arena);
}

static char *repeat(const char *piece, size_t times)
{
	size_t n = strlen(piece);
	char *text = malloc(n * times + 1);

	assert_non_null(text);
	for (size_t i = 0; i < times; i++)
		memcpy(text + i * n, piece, n);
	text[n * times] = '\0';
	return text;
}

static void test_blocks(void **state)
{
	(void)state;
	expect("<p>One\n  two</p><p>three</p>", "One two\n\nthree");
	expect("<div>a</div><div>b<br>c</div>d", "a\nb\nc\nd");
	expect("a<br><br>b<br><br><br><br>c", "a\n\nb\n\nc");
	expect("<ul><li>one<li>two</ul>end", "- one\n- two\nend");
	expect("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a b\nc d");
	expect("<pre>x  y\n z</pre>", "x  y\n z");
	expect("<h1>Title</h1>text", "Title\n\ntext");
	expect("in<b>side</b> a <i>word</i>", "inside a word");
	expect("a &amp; b &lt;c&gt; &eacute; &#8364; &nbsp; x", "a & b <c> é € x");
	expect("don&#146;t &#x80;5", "don’t €5");
	expect("no tags at all", "no tags at all");
	expect("", "");
}

static void test_what_is_not_shown(void **state)
{
	(void)state;
	expect("<html><head><title>T</title><style>p{color:red}</style></head><body>x<script>var a;</script>y</body>",
	       "xy");
	expect("a<!-- hidden -->b", "ab");
	expect("<!--[if mso]><p>Outlook</p><![endif]-->x<!--[if !mso]><!--><b>shown</b><!--<![endif]-->", "xshown");
	expect("<![if !mso]><p>a</p><![endif]><!--[if mso]><i>b</i><![endif]-->c", "a\n\nc");
	expect("x<noembed>n</noembed><iframe>i</iframe><template>t</template>y", "xy");
	expect("a</body></html>trailing", "atrailing");
}

static void test_broken_html(void **state)
{
	(void)state;
	expect("<p>one<p>two<b>three", "one\n\ntwothree");
	expect("a < b and c > d", "a < b and c > d");
	expect("x <a href=\"http://e.example/\">y", "x y");
	expect("<div <b>x</b></div>", "x");
	expect("<font color=red>a<table><tr><td>b", "a\nb");
}

static void test_hidden_by_style(void **state)
{
	(void)state;
	expect_hidden("<span style='display:none'>two words</span>seen", 2);
	expect_hidden("<span style='DISPLAY : None !important; display: block'>two words</span>seen", 2);
	expect_hidden("<span style='visibility:hidden'>two words</span>seen", 2);
	expect_hidden("<p style='font-size:0'>two words</p>seen", 2);
	expect_hidden("<p style='font-size:1px'>two words</p>seen", 2);
	expect_hidden("<p style='font-size:0.05em'>two words</p>seen", 2);
	expect_hidden("<div style='opacity:0'>two <b>words</b></div>seen", 2);
	expect_hidden("<div style='max-height:0px;overflow:hidden'>two words</div>seen", 2);
	expect_hidden("<div style='width:0;height:0;overflow:hidden'>two words</div>seen", 2);
	expect_hidden("<div style='position:absolute;left:-9999px'>two words</div>seen", 2);
	expect_hidden("<div style='text-indent:-999em'>two words</div>seen", 2);
	expect_hidden("<div style='color:transparent'>two words</div>seen", 2);
	expect_hidden("<div hidden>two words</div>seen", 2);
	expect_hidden("<div style='position:absolute;clip:rect(0,0,0,0)'>two words</div>seen", 2);
}

static void test_hidden_by_colour(void **state)
{
	(void)state;
	expect_hidden("<p style='color:#fff'>two words</p>seen", 2);
	expect_hidden("<p><font color=white>two words</font></p>seen", 2);
	expect_hidden("<p style='color:#fefefe'>two words</p>seen", 2);
	expect_hidden("<p style='color:rgb(250, 250, 250)'>two words</p>seen", 2);
	expect_hidden("<body bgcolor=#000000 text=#cccccc><p style='color:#010101'>two words</p>seen</body>", 2);
	expect_hidden("<table><tr><td bgcolor=navy><font color=#000080>two words</font></td></tr></table>seen", 2);
	expect_hidden("<div style='background:#123456 none;color:#123456'>two words</div>seen", 2);
}

static void test_what_only_looks_hidden(void **state)
{
	(void)state;
	expect_hidden("<td bgcolor=#0000ff><font color=#ffffff>seen</font></td>", 0);
	expect_hidden("<div style='background:url(x.png);color:#fff'>seen</div>", 0);
	expect_hidden("<div style='font-size:0'><span style='font-size:14px'>seen</span></div>", 0);
	expect_hidden("<div style='visibility:hidden'><b style='visibility:visible'>seen</b></div>", 0);
	expect_hidden("<a href='http://e.example/' style='background:#eb7035;color:#ffffff;mso-hide:all'>seen</a>", 0);
	expect_hidden("<div style='color:#fff'><a href='http://e.example/'>seen</a></div>", 0);
	expect_hidden("<div style='background-image:url(data:image/png;base64,AAA=);color:white'>seen</div>", 0);
	expect_hidden("<p style='color:no-such-colour'>seen</p>", 0);
}

static void test_hidden_by_sheet(void **state)
{
	(void)state;
	expect_hidden("<style>.x{display:none}</style><p class='a x'>two words</p>seen", 2);
	expect_hidden("<style>#p1, #p2 { display : none }</style><p id=p1>two words</p>seen", 2);
	expect_hidden(
	    "<style><!-- /* c */ div.pre > span {font-size:1px} --></style><div class=pre><span>two words</span></div>seen",
	    2);
	expect_hidden("<style>@media screen { .x{display:none} }</style><p class=x>two words</p>seen", 2);
	expect_hidden(
	    "<style>@media (max-width:600px){.x{display:none}} @media print{.x{display:none}}</style><p class=x>seen</p>",
	    0);
	expect_hidden("<style>.x{display:none}</style><p class=x style='display:block'>seen</p>", 0);
	expect_hidden("<style>.y .x{display:none}</style><p class=x>seen</p>", 0);
	expect_hidden("<style>a:hover{display:none} a[x]{display:none}</style><a>seen</a>", 0);
	expect_hidden("<style>.b{background:#00f}</style><p class=b><span style='color:#fff'>seen</span></p>", 0);
}

static void test_preheader_padding(void **state)
{
	struct reading reading =
	    read_html("<div>Hello&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;&#847;"
		      "&#65279;&shy;</div><p>world</p>");

	(void)state;
	assert_true(str_equal(reading.message.text, STR("Hello\n\nworld")));
	assert_true(reading.message.facts.hidden_text);
	arena_destroy(reading.arena);
	expect("so&shy;rry to bo&#8203;ther", "so\xc2\xadrry to bo\xe2\x80\x8bther");
}

/* When next to nothing would be left, our idea of what is hidden must be wrong, or there is only a picture. */
static void test_all_hidden_is_shown(void **state)
{
	(void)state;
	expect("<div style='color:#fff'>we think that you cannot read this</div>",
	       "we think that you cannot read this");
}

static void test_pixels(void **state)
{
	static const char *const pixels[] = {
	    "<img src='http://t.example/o.gif' width=1 height=1>",
	    "<img src='https://t.example/o.gif' style='width:1px;height:1px'>",
	    "<img src='//t.example/o.gif' width=600 height=1 style='display:none'>",
	    "<img width='0' height='0' src='http://t.example/x'>",
	};
	static const char *const others[] = {
	    "<img src='cid:logo' width=1 height=1>",
	    "<img src='http://t.example/logo.png' width=120 height=40>",
	    "<img src='http://t.example/logo.png'>",
	    "<img src='http://t.example/line.gif' width=600 height=1>",
	    "<blockquote type=cite><img src='http://t.example/o.gif' width=1 height=1></blockquote>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof pixels / sizeof *pixels; i++) {
		struct reading reading = read_html(pixels[i]);

		assert_true(reading.message.facts.tracking_pixel);
		arena_destroy(reading.arena);
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct reading reading = read_html(others[i]);

		assert_false(reading.message.facts.tracking_pixel);
		arena_destroy(reading.arena);
	}
}

static void test_links(void **state)
{
	struct reading reading =
	    read_html("<p>See <a href=\" http://a.example/x?a=1&amp;b=2\n3 \">the\n<b>page</b></a> or "
		      "<a href='#top'>top</a>, <a name=x>no</a>, <a href=mailto:x@y.example>mail</a>"
		      "<a href='http://b.example/'><img src=x></a><map><area href=http://c.example></map>"
		      "<a href='http://d.example/'><span style='display:none'>unseen</span></a>");
	const struct link *links = reading.message.links;

	(void)state;
	assert_int_equal(reading.message.link_count, 5);
	assert_true(str_equal(links[0].target, STR("http://a.example/x?a=1&b=23")));
	assert_true(str_equal(links[0].visible, STR("the page")));
	assert_true(str_equal(links[1].target, STR("mailto:x@y.example")));
	assert_int_equal(links[2].visible.n, 0);
	assert_true(str_equal(links[3].target, STR("http://c.example")));
	assert_int_equal(links[4].visible.n, 0);
	arena_destroy(reading.arena);
}

/* What is cut is cut between characters. */
static void test_long_links(void **state)
{
	char *target = repeat("日", 5000), *html;
	struct reading reading;

	(void)state;
	assert_true(asprintf(&html, "<a href='http://%s'>x%s</a>", target, target) > 0);
	reading = read_html(html);
	assert_int_equal(reading.message.link_count, 1);
	assert_true(utf8_valid(reading.message.links[0].target));
	assert_true(utf8_valid(reading.message.links[0].visible));
	assert_true(reading.message.links[0].target.n > 8000 && reading.message.links[0].target.n <= 8192);
	arena_destroy(reading.arena);
	free(html);
	free(target);
}

static void test_quote_containers(void **state)
{
	(void)state;
	expect("Yes.<blockquote type=cite>No?</blockquote>", "Yes.\n\n{QNo?}");
	expect(
	    "Yes.<div class=gmail_quote><div class=gmail_attr>On Monday, A wrote:</div><blockquote class=gmail_quote>No?"
	    "</blockquote></div>",
	    "Yes.\n\n{QOn Monday, A wrote:\n\nNo?}");
	expect("<div class=gmail_quote>On Monday, A wrote:<blockquote class=gmail_quote>No?</blockquote>Below.</div>",
	       "{QOn Monday, A wrote:\n\nNo?}\n\nBelow.");
	expect("Yes.<div class='yahoo_quoted' id='yahoo_quoted_1'>No?</div>", "Yes.\n\n{QNo?}");
	expect("<div class=moz-cite-prefix>A wrote:</div><blockquote type=cite>No?</blockquote>Yes.",
	       "{QA wrote:\n\nNo?}\n\nYes.");
	expect("Yes.<div id=appendonsend></div><hr><div id=divRplyFwdMsg>From: A</div><div>No?</div>",
	       "Yes.\n\n{QFrom: A\nNo?}");
	expect("Yes.<div class=x_x_gmail_quote>No?</div>", "Yes.\n\n{QNo?}");
	expect("Yes.<div class=protonmail_quote>No?</div>", "Yes.\n\n{QNo?}");
}

static void test_forward_and_footer_containers(void **state)
{
	(void)state;
	expect("FYI<div class=gmail_quote>---------- Forwarded message ---------<br>From: A<br>Hi</div>",
	       "FYI\n\n{F---------- Forwarded message ---------\nFrom: A\nHi}");
	expect("FYI<div class=moz-forward-container>-- x --<br>Hi</div>", "FYI\n\n{F-- x --\nHi}");
	expect("Hi<div class=gmail_signature>A B</div>", "Hi\n\n{SA B}");
	expect("Hi<div id=AppleMailSignature>A B</div>there", "Hi\n\n{SA B}\nthere");
	expect("Hi<pre class=moz-signature cols=72>-- \nA B</pre>", "Hi\n\n{S-- \nA B}");
}

static void test_bare_blockquote(void **state)
{
	(void)state;
	expect("They said:<blockquote>No?</blockquote>", "They said:\n\n{QNo?}");
	expect("<blockquote>All of the mail is <b>indented</b>.</blockquote>", "All of the mail is indented.");
	expect("<blockquote>a<blockquote type=cite>b</blockquote></blockquote>c", "{Qa}\n\n{Qb}\n\nc");
}

/* Hidden text in what is quoted is somebody else's newsletter. */
static void test_quoted_tricks_do_not_count(void **state)
{
	struct reading reading =
	    read_html("Yes.<blockquote type=cite>a<p style='display:none'>hidden there</p></blockquote>");

	(void)state;
	assert_false(reading.message.facts.hidden_text);
	arena_destroy(reading.arena);
}

static void test_depth_limit(void **state)
{
	struct mail_limits limits = mail_limits_default;
	char *html = repeat("<div>x", 1000);
	struct reading reading;

	(void)state;
	limits.html_depth = 20;
	reading = read_with(html, limits);
	assert_true(reading.message.facts.limits & MAIL_LIMIT_HTML_DEPTH);
	assert_true(str_starts(reading.message.text, STR("x\nx\nx")));
	arena_destroy(reading.arena);
	free(html);
}

static void test_attribute_bomb(void **state)
{
	char *attributes = repeat("a=\">\" ", 300), *html;
	struct reading reading;

	(void)state;
	assert_true(asprintf(&html, "<p>before</p><a %s>after</a>", attributes) > 0);
	reading = read_html(html);
	assert_true(str_equal(reading.message.text, STR("before")));
	assert_true(reading.message.facts.limits & MAIL_LIMIT_HTML_DEPTH);
	arena_destroy(reading.arena);
	free(html);
	free(attributes);
}

static void test_link_limit(void **state)
{
	struct mail_limits limits = mail_limits_default;
	char *html = repeat("<a href=http://a.example/>x</a>", 10);
	struct reading reading;

	(void)state;
	limits.links = 4;
	reading = read_with(html, limits);
	assert_int_equal(reading.message.link_count, 4);
	assert_true(reading.message.facts.limits & MAIL_LIMIT_LINKS);
	arena_destroy(reading.arena);
	free(html);
}

/* Characters are not torn where the parser is fed in chunks. */
static void test_chunks(void **state)
{
	for (size_t shift = 0; shift < 4; shift++) {
		char *text = repeat("é&amp;日", 20000), *html;
		struct reading reading;

		assert_true(asprintf(&html, "%.*s%s", (int)shift, "abcd", text) > 0);
		reading = read_html(html);
		assert_int_equal(reading.message.text.n, shift + 20000 * 6);
		assert_true(str_find(reading.message.text, 0, STR("\xef\xbf\xbd")) == STR_NONE);
		arena_destroy(reading.arena);
		free(html);
		free(text);
	}
	(void)state;
}

static void test_colors(void **state)
{
	(void)state;
	assert_int_equal(html_color(STR("#FFF")), 0xffffff);
	assert_int_equal(html_color(STR("ffffff")), 0xffffff);
	assert_int_equal(html_color(STR(" WhiteSmoke ")), 0xf5f5f5);
	assert_int_equal(html_color(STR("rgb(100% 0% 50%)")), 0xff0080);
	assert_int_equal(html_color(STR("rgba(0,0,0,0)")), HTML_COLOR_TRANSPARENT);
	assert_int_equal(html_color(STR("#12345600")), HTML_COLOR_TRANSPARENT);
	assert_int_equal(html_color(STR("oldlace")), 0xfdf5e6);
	assert_int_equal(html_color(STR("var(--x)")), HTML_COLOR_UNKNOWN);
	assert_false(html_color_same(HTML_COLOR_UNKNOWN, HTML_COLOR_UNKNOWN));
}

static int start(void **state)
{
	(void)state;
	xmlInitParser();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_blocks),
	    cmocka_unit_test(test_what_is_not_shown),
	    cmocka_unit_test(test_broken_html),
	    cmocka_unit_test(test_hidden_by_style),
	    cmocka_unit_test(test_hidden_by_colour),
	    cmocka_unit_test(test_what_only_looks_hidden),
	    cmocka_unit_test(test_hidden_by_sheet),
	    cmocka_unit_test(test_preheader_padding),
	    cmocka_unit_test(test_all_hidden_is_shown),
	    cmocka_unit_test(test_pixels),
	    cmocka_unit_test(test_links),
	    cmocka_unit_test(test_long_links),
	    cmocka_unit_test(test_quote_containers),
	    cmocka_unit_test(test_forward_and_footer_containers),
	    cmocka_unit_test(test_bare_blockquote),
	    cmocka_unit_test(test_quoted_tricks_do_not_count),
	    cmocka_unit_test(test_depth_limit),
	    cmocka_unit_test(test_attribute_bomb),
	    cmocka_unit_test(test_link_limit),
	    cmocka_unit_test(test_chunks),
	    cmocka_unit_test(test_colors),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
