//! Texts kept once, referred to by number.

use std::collections::hash_map::Entry;
use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap};

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

/// Gives each different text a number. There are millions: they stand one after the other in one buffer, and are
/// found by their hash.
#[derive(Clone, Debug)]
pub struct Interner {
    texts: Texts,
    /// By hash; of two texts with one hash the later one has the next that is free.
    known: FxHashMap<u64, Sym>,
}

impl Default for Interner {
    fn default() -> Self {
        let mut interner = Interner { texts: Texts::default(), known: FxHashMap::default() };
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
        let mut hash = FxBuildHasher.hash_one(text);
        loop {
            match self.known.entry(hash) {
                Entry::Occupied(known) if self.texts.get(known.get().0 as usize) == text => return *known.get(),
                Entry::Occupied(_) => hash = hash.wrapping_add(1),
                Entry::Vacant(free) => {
                    let sym = *free.insert(Sym(self.texts.len() as u32));
                    self.texts.push(text);
                    return sym;
                }
            }
        }
    }

    /// Makes it possible again to find texts.
    fn index(&mut self) {
        self.known.clear();
        for (text, sym) in self.texts.iter().zip(0..) {
            let mut hash = FxBuildHasher.hash_one(text);
            while self.known.contains_key(&hash) {
                hash = hash.wrapping_add(1);
            }
            self.known.insert(hash, Sym(sym));
        }
    }

    /// The number of a text, if it has one.
    pub fn get(&self, text: &str) -> Option<Sym> {
        debug_assert!(self.known.len() >= self.texts.len(), "the index was given up");
        let mut hash = FxBuildHasher.hash_one(text);
        loop {
            let sym = *self.known.get(&hash)?;
            if self.text(sym) == text {
                return Some(sym);
            }
            hash = hash.wrapping_add(1);
        }
    }

    /// All texts, by number.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Gives up the memory that finding a text needs, until another one is interned. Nothing can be looked up in
    /// between.
    pub fn forget_index(&mut self) {
        self.known = FxHashMap::default();
        self.texts.shrink_to_fit();
    }

    /// The text of a number.
    pub fn text(&self, sym: Sym) -> &str {
        self.texts.get(sym.0 as usize)
    }
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
        // As if 李娜 had the hash of 王伟.
        interner.known.insert(FxBuildHasher.hash_one("李娜"), first);
        let second = interner.intern("李娜");
        assert_ne!(second, first);
        assert_eq!((interner.get("李娜"), interner.intern("李娜"), interner.text(second)), (Some(second), second, "李娜"));
    }
}
