//! Texts kept once, referred to by number.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxBuildHasher;

use super::columns::Texts;

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

/// Gives each different text a number. There are millions: they stand one after the other in one buffer, and a
/// table of their hashes finds them.
#[derive(Clone, Debug)]
pub struct Interner {
    texts: Texts,
    known: HashTable<Known>,
}

/// A text that has a number. What is needed to find it stands here together: memory is slow.
#[derive(Clone, Copy, Debug)]
struct Known {
    hash: u32,
    sym: Sym,
    span: (u32, u32),
}

impl Default for Interner {
    fn default() -> Self {
        let mut interner = Interner { texts: Texts::default(), known: HashTable::new() };
        interner.intern("");
        interner
    }
}

impl Interner {
    /// The number of a text, given now if it is new.
    pub fn intern(&mut self, text: &str) -> Sym {
        if self.known.len() < self.texts.len() {
            self.index();
        }
        let hash = hash(text);
        let Interner { texts, known } = self;
        match known.entry(wide(hash), |known| known.hash == hash && texts.holds(known.span, text), |known| wide(known.hash))
        {
            Entry::Occupied(known) => known.get().sym,
            Entry::Vacant(free) => {
                let sym = Sym(texts.len() as u32);
                texts.push(text);
                free.insert(Known { hash, sym, span: texts.span(sym.0 as usize) });
                sym
            }
        }
    }

    /// Makes it possible again to find texts.
    fn index(&mut self) {
        self.known.clear();
        for at in 0..self.texts.len() {
            let known = Known { hash: hash(self.texts.get(at)), sym: Sym(at as u32), span: self.texts.span(at) };
            self.known.insert_unique(wide(known.hash), known, |known| wide(known.hash));
        }
    }

    /// The number of a text, if it has one.
    pub fn get(&self, text: &str) -> Option<Sym> {
        debug_assert!(self.known.len() >= self.texts.len(), "the index was given up");
        self.known.find(wide(hash(text)), |known| self.texts.holds(known.span, text)).map(|known| known.sym)
    }

    /// All texts, by number.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Gives up the memory that finding a text needs, until another one is interned. Nothing can be looked up in
    /// between.
    pub fn forget_index(&mut self) {
        self.known = HashTable::new();
        self.texts.shrink_to_fit();
    }

    /// The text of a number.
    pub fn text(&self, sym: Sym) -> &str {
        self.texts.get(sym.0 as usize)
    }
}

fn hash(text: &str) -> u32 {
    let hash = FxBuildHasher.hash_one(text);
    (hash ^ (hash >> 32)) as u32
}

/// As wide as the table wants it: it looks at the first bits and at the last.
fn wide(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_one_number() {
        let mut interner = Interner::default();
        let first = interner.intern("王伟");
        assert_eq!(interner.intern(""), Sym::BLANK);
        assert_ne!(interner.intern("李娜"), first);
        assert_eq!((interner.intern("王伟"), interner.get("王伟")), (first, Some(first)));
        assert_eq!((interner.text(first), interner.get("张敏")), ("王伟", None));
    }

    #[test]
    fn a_forgotten_index_is_made_again() {
        let mut interner = Interner::default();
        let first = interner.intern("王伟");
        interner.forget_index();
        assert_eq!(interner.text(first), "王伟");
        assert_eq!(interner.intern("李娜"), Sym(2));
        assert_eq!((interner.intern("王伟"), interner.get("李娜")), (first, Some(Sym(2))));
    }

    #[test]
    fn texts_with_one_hash_are_told_apart() {
        let mut interner = Interner::default();
        let first = interner.intern("王伟");
        // As if 王伟 had the hash of 李娜.
        let known = Known { hash: hash("李娜"), sym: first, span: interner.texts.span(first.0 as usize) };
        interner.known.insert_unique(wide(known.hash), known, |known| wide(known.hash));
        let second = interner.intern("李娜");
        assert_ne!(second, first);
        assert_eq!((interner.get("李娜"), interner.intern("李娜"), interner.text(second)), (Some(second), second, "李娜"));
    }
}
