//! Texts kept once, referred to by number.

use rustc_hash::FxHashMap;

/// A text in an [`Interner`]. Number 0 is the empty text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sym(pub u32);

impl Sym {
    /// The empty text.
    pub const BLANK: Sym = Sym(0);

    /// Whether this is the empty text.
    pub fn is_blank(self) -> bool {
        self == Sym::BLANK
    }
}

/// Gives each different text a number.
#[derive(Clone, Debug)]
pub struct Interner {
    texts: Vec<Box<str>>,
    known: FxHashMap<Box<str>, Sym>,
}

impl Default for Interner {
    fn default() -> Self {
        Interner { texts: vec!["".into()], known: FxHashMap::from_iter([("".into(), Sym::BLANK)]) }
    }
}

impl Interner {
    /// The number of a text, given now if it is new.
    pub fn intern(&mut self, text: &str) -> Sym {
        if let Some(sym) = self.known.get(text) {
            return *sym;
        }
        let sym = Sym(self.texts.len() as u32);
        self.texts.push(text.into());
        self.known.insert(text.into(), sym);
        sym
    }

    /// The number of a text, if it has one.
    pub fn get(&self, text: &str) -> Option<Sym> {
        self.known.get(text).copied()
    }

    /// The text of a number.
    pub fn text(&self, sym: Sym) -> &str {
        &self.texts[sym.0 as usize]
    }
}
