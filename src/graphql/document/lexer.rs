//! Cuts the text of a document into tokens, where the library would cut it too:
//! what looks like a brace inside a string or a comment is none for either.

/// A piece of a document. Numbers and strings are alike to the check, so their
/// content is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Name(&'a str),
    Mark(u8),
    Spread,
    Literal,
    End,
}

/// Why a text is no document, and at which byte.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) offset: usize,
    pub(super) problem: &'static str,
}

/// Reads tokens from the start of a text to its end, looking at each byte once.
pub(super) struct Lexer<'a> {
    text: &'a str,
    offset: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, offset: 0 }
    }

    /// The next token and the byte it begins at.
    pub(super) fn next(&mut self) -> Result<(Token<'a>, usize), Fault> {
        self.skip_ignored();
        let start = self.offset;
        let Some(first) = self.peek() else {
            return Ok((Token::End, start));
        };
        let token = match first {
            b'!' | b'$' | b'(' | b')' | b':' | b'=' | b'@' | b'[' | b']' | b'{' | b'}' => {
                self.offset += 1;
                Token::Mark(first)
            }
            b'.' => {
                if !self.rest().starts_with(b"...") {
                    return Err(Fault { offset: start, problem: "expected \"...\"" });
                }
                self.offset += 3;
                Token::Spread
            }
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => {
                // Which numbers are well formed is for the library to say.
                self.skip_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
                Token::Literal
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                self.skip_while(|b| b.is_ascii_alphanumeric() || b == b'_');
                Token::Name(&self.text[start..self.offset])
            }
            _ => return Err(Fault { offset: start, problem: "unexpected character" }),
        };
        Ok((token, start))
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.offset..]
    }

    fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    fn skip_while(&mut self, accepts: impl Fn(u8) -> bool) {
        let rest = self.rest();
        self.offset += rest.iter().position(|&b| !accepts(b)).unwrap_or(rest.len());
    }

    fn skip_ignored(&mut self) {
        const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r' | b'\n' | b',') => self.offset += 1,
                Some(b'#') => self.skip_while(|b| !matches!(b, b'\r' | b'\n')),
                Some(0xef) if self.rest().starts_with(BYTE_ORDER_MARK) => {
                    self.offset += BYTE_ORDER_MARK.len();
                }
                _ => return,
            }
        }
    }

    fn string(&mut self) -> Result<Token<'a>, Fault> {
        let start = self.offset;
        let unclosed = Fault { offset: start, problem: "a string is not closed" };
        let is_block = self.rest().starts_with(br#"""""#);
        self.offset += if is_block { 3 } else { 1 };
        loop {
            match (self.peek(), is_block) {
                (None, _) | (Some(b'\r' | b'\n'), false) => return Err(unclosed),
                (Some(b'"'), false) => {
                    self.offset += 1;
                    return Ok(Token::Literal);
                }
                (Some(b'"'), true) if self.rest().starts_with(br#"""""#) => {
                    self.offset += 3;
                    return Ok(Token::Literal);
                }
                (Some(b'\\'), true) if self.rest().starts_with(br#"\""""#) => self.offset += 4,
                // Only a quote or another backslash matters here; a line end
                // after it must still be seen as one.
                (Some(b'\\'), false) if matches!(self.rest().get(1), Some(b'"' | b'\\')) => {
                    self.offset += 2;
                }
                (Some(_), _) => self.offset += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        let mut lexer = Lexer::new(text);
        let mut tokens = Vec::new();
        loop {
            match lexer.next().unwrap().0 {
                Token::End => return tokens,
                token => tokens.push(token),
            }
        }
    }

    #[test]
    fn braces_in_strings_and_comments_are_no_marks() {
        let text = "\u{feff}{ a(b: \"}\\\"}\\\\\", c: \"\"\"}\\\"\"\"}\"\"\") # }\r...F }";
        let marks: Vec<_> = tokens(text)
            .into_iter()
            .filter(|t| matches!(t, Token::Mark(b'{' | b'}') | Token::Spread))
            .collect();
        assert_eq!(marks, [Token::Mark(b'{'), Token::Spread, Token::Mark(b'}')]);
    }

    #[test]
    fn a_string_ends_on_its_line() {
        for text in ["\"abc", "\"abc\n\"", "\"abc\\\n\"", "\"\"\"abc\"\"", "\"\\"] {
            assert_eq!(Lexer::new(text).next().unwrap_err().problem, "a string is not closed");
        }
    }

    #[test]
    fn empty_strings_and_numbers_are_literals() {
        assert_eq!(tokens("\"\" -1.5e+3 \"\"\"\"\"\""), [Token::Literal; 3]);
    }
}
