//! The statements that a server sent, with their values, as somebody could type them.

use std::{
    iter::Peekable,
    str::Chars,
    sync::{Arc, Mutex},
};

use parlance::store::Store;

use super::Id;

/// Hears every statement of a store from now on.
#[derive(Clone, Default)]
pub(crate) struct Overheard(Arc<Mutex<Vec<Statement>>>);

/// A statement as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// With a `?` for each value.
    pub(crate) text: String,
    /// The values, each as a literal of MySQL.
    pub(crate) values: Vec<String>,
}

impl Overheard {
    pub(crate) fn of(store: &Store) -> Self {
        let heard = Self::default();
        let listener = Arc::clone(&heard.0);
        store.listen(move |said| listener.lock().unwrap().push(Statement::read(&said)));
        heard
    }

    /// What was heard since it was last asked for, but for the ends of transactions.
    pub(crate) fn takes(&self) -> Vec<Statement> {
        let mut all = std::mem::take(&mut *self.0.lock().unwrap());
        let bare = ["BEGIN", "COMMIT", "ROLLBACK", "START", "SET", "PRAGMA"];
        all.retain(|statement| {
            let word = statement.text.split_whitespace().next().unwrap_or_default();
            !bare.contains(&word.to_uppercase().as_str())
        });
        all
    }
}

impl Statement {
    /// Out of diesel's words: `SELECT … WHERE id = ? -- binds: [UserId(…)]`.
    fn read(said: &str) -> Self {
        let Some((text, binds)) = said.split_once(" -- binds: ") else {
            return Self { text: said.to_owned(), values: Vec::new() };
        };
        Self { text: text.trim().to_owned(), values: Debugged(binds.chars().peekable()).list() }
    }

    /// With the values in the places of the `?`.
    pub(crate) fn whole(&self) -> String {
        let (mut whole, mut quote) = (String::new(), None);
        let mut values = self.values.iter();
        for c in self.text.chars() {
            match quote {
                Some(open) if open == c => quote = None,
                None if ['\'', '"', '`'].contains(&c) => quote = Some(c),
                None if c == '?' => {
                    whole.push_str(values.next().expect("there is a value for each ?"));
                    continue;
                }
                _ => {}
            }
            whole.push(c);
        }
        assert_eq!(values.next(), None, "there is a ? for each value: {}", self.text);
        whole
    }
}

/// Values as Rust's `Debug` shows them.
struct Debugged<'a>(Peekable<Chars<'a>>);

impl Debugged<'_> {
    /// `[a, b]`
    fn list(&mut self) -> Vec<String> {
        assert_eq!(self.0.next(), Some('['));
        let mut values = Vec::new();
        loop {
            while self.0.next_if(|c| [',', ' '].contains(c)).is_some() {}
            if self.0.next_if_eq(&']').is_some() {
                return values;
            }
            values.push(self.value());
        }
    }

    fn value(&mut self) -> String {
        match self.0.peek() {
            Some('"') => return hex(self.text().as_bytes(), "_utf8mb4 "),
            Some('[') => {
                let bytes: Vec<u8> =
                    self.list().iter().map(|byte| byte.parse().expect("a list of bytes")).collect();
                return hex(&bytes, "");
            }
            _ => {}
        }
        let mut word = String::new();
        while let Some(c) = self.0.next_if(|c| ![',', ')', ']', '('].contains(c)) {
            word.push(c);
        }
        // A type around a value: Some(…), UserId(…).
        if self.0.next_if_eq(&'(').is_some() {
            let value = self.value();
            assert_eq!(self.0.next(), Some(')'), "{word} has one field");
            return value;
        }
        literal(&word)
    }

    /// `"…"`
    fn text(&mut self) -> String {
        self.0.next();
        let mut text = String::new();
        loop {
            match self.0.next().expect("a text ends") {
                '"' => return text,
                '\\' => text.push(self.escaped()),
                c => text.push(c),
            }
        }
    }

    fn escaped(&mut self) -> char {
        match self.0.next().expect("something is escaped") {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '0' => '\0',
            'u' => {
                let code: String = self.0.by_ref().skip(1).take_while(|c| *c != '}').collect();
                u32::from_str_radix(&code, 16).ok().and_then(char::from_u32).expect("a character")
            }
            c => c,
        }
    }
}

/// A word of `Debug` that stands by itself.
fn literal(word: &str) -> String {
    match word {
        "None" | "Null" => return "NULL".to_owned(),
        "true" | "false" => return word.to_owned(),
        _ => {}
    }
    if word.parse::<i64>().is_ok() {
        return word.to_owned();
    }
    if let Ok(id) = Id::parse_str(word) {
        return hex(id.as_bytes(), "");
    }
    if let Some((day, time)) = word.split_once('T').filter(|_| word.starts_with(char::is_numeric)) {
        return format!("'{day} {time}'");
    }
    // One of a choice, whose word in the database is its name in capitals.
    assert!(word.chars().all(char::is_alphabetic), "no literal is known for {word}");
    format!("'{}'", word.to_uppercase())
}

fn hex(bytes: &[u8], charset: &str) -> String {
    use std::fmt::Write;

    bytes.iter().fold(format!("{charset}x'"), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    }) + "'"
}

#[test]
fn a_statement_is_read_back_with_its_values() {
    let id = "01920000-0000-7000-8000-0000000000ff";
    let said = format!(
        "SELECT `a?` FROM t WHERE a = ? AND b IN (?, ?) AND c = '?' AND d = ? AND e = ? AND f = ? AND g = ? LIMIT ? \
         -- binds: [UserId({id}), -1, \"it's \\\"\\n\\u{{301}}?\", Some([1, 255]), \
         Timestamp(2026-11-21T03:12:09.338912), None, Some(Group), true]"
    );
    assert_eq!(
        Statement::read(&said).whole(),
        "SELECT `a?` FROM t WHERE a = x'019200000000700080000000000000ff' AND b IN (-1, _utf8mb4 x'6974277320220acc813f') \
         AND c = '?' AND d = x'01ff' AND e = '2026-11-21 03:12:09.338912' AND f = NULL AND g = 'GROUP' LIMIT true"
    );
    assert_eq!(Statement::read("COMMIT").whole(), "COMMIT");
}
