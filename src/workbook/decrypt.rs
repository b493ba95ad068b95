//! Workbooks behind a password, opened as [MS-OFFCRYPTO] says: xlsx (agile and standard encryption) and xls (RC4,
//! RC4 CryptoAPI, XOR obfuscation). Everything happens in memory.

use aes::cipher::{Array, BlockCipherDecrypt, InvalidLength, KeyInit, StreamCipher};
use aes::{Aes128Dec, Aes192Dec, Aes256Dec};
use data_encoding::BASE64;
use md5::Md5;
use rc4::Rc4;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::biff;
use super::compound::Compound;
use super::fault::OpenError;
use super::markup::{self, Tags};
use crate::input::Passwords;

/// What Excel itself tries first: workbooks with protected sheets, which anybody may open, are encrypted with it.
const EVERYBODYS: &str = "VelvetSweatshop";
/// Rounds of hashing that one password may cost; Office does 100,000.
const MAX_ROUNDS: u64 = 1_000_000;
/// Excel takes no longer ones.
const MAX_PASSWORD_CHARS: usize = 255;
/// Parts of an encrypted package that are encrypted each by itself.
const SEGMENT: usize = 4096;

/// The zipped workbook inside an encrypted package.
pub(super) fn package(file: &Compound<'_>, passwords: &Passwords) -> Result<Vec<u8>, OpenError> {
    let Some(info) = file.stream("EncryptionInfo")? else { return Err(OpenError::UnknownEncryption) };
    let Some(package) = file.stream("EncryptedPackage")? else { return Err(OpenError::Truncated) };
    let (Some(version), Some(body)) = (info.first_chunk::<4>(), info.get(8..)) else { return Err(OpenError::Truncated) };
    let (size, encrypted) = package.split_first_chunk::<8>().ok_or(OpenError::Truncated)?;
    let size = usize::try_from(u64::from_le_bytes(*size)).unwrap_or(usize::MAX).min(encrypted.len());
    let mut plain = match *version {
        [4, 0, 4, 0] => {
            let agile = Agile::read(body)?;
            let key = try_each(passwords, |password| agile.key(password))?;
            agile.decrypt(&key, encrypted)?
        }
        [2..=4, 0, 2, 0] => {
            let standard = Standard::read(body)?;
            let key = try_each(passwords, |password| standard.key(password))?;
            aes_ecb(&key, encrypted)?
        }
        _ => return Err(OpenError::UnknownEncryption),
    };
    plain.truncate(size);
    Ok(plain)
}

/// The records of an xls workbook without their encryption; nothing if they have none.
pub(super) fn workbook(stream: &[u8], passwords: &Passwords) -> Result<Option<Vec<u8>>, OpenError> {
    let Some((place, data)) = biff::file_pass(stream) else { return Ok(None) };
    let cipher = match data {
        // Excel 5 and 95 knew one way only, and do not say so.
        [k0, k1, v0, v1] | [0, 0, k0, k1, v0, v1, ..] => {
            let (key, verifier) = (u16::from_le_bytes([*k0, *k1]), u16::from_le_bytes([*v0, *v1]));
            try_each(passwords, |password| Ok(xor_array(password, key, verifier).map(RecordCipher::Xor)))?
        }
        [1, 0, 1, 0, 1, 0, rest @ ..] => {
            let verifier = Rc4Verifier::read(rest, 16)?;
            try_each(passwords, |password| Ok(verifier.basic(password)))?
        }
        [1, 0, 2..=4, 0, 2, 0, rest @ ..] => {
            let header = rest.get(4..).and_then(|rest| rest.split_first_chunk::<4>()).ok_or(OpenError::Truncated)?;
            let (header, verifier) =
                header.1.split_at_checked(u32::from_le_bytes(*header.0) as usize).ok_or(OpenError::Truncated)?;
            let bits = header.get(16..20).ok_or(OpenError::Truncated)?;
            let bits = u32::from_le_bytes([bits[0], bits[1], bits[2], bits[3]]);
            // Size of the salt, always 16, and behind the verifier that of its hash.
            let verifier = verifier.get(4..).ok_or(OpenError::Truncated)?;
            let verifier = Rc4Verifier::read_with_hash(verifier)?;
            try_each(passwords, |password| Ok(verifier.crypto_api(password, bits)))?
        }
        _ => return Err(OpenError::UnknownEncryption),
    };
    let mut plain = stream.to_vec();
    for record in biff::encrypted_parts(stream) {
        cipher.apply(&mut plain[record.from..record.to], &record);
    }
    biff::erase_file_pass(&mut plain, place);
    Ok(Some(plain))
}

/// What the first fitting password gives. That of protected sheets is tried first; it is not counted.
fn try_each<T>(passwords: &Passwords, open: impl Fn(&str) -> Result<Option<T>, OpenError>) -> Result<T, OpenError> {
    for password in std::iter::once(EVERYBODYS).chain(passwords.iter()) {
        if password.chars().count() <= MAX_PASSWORD_CHARS
            && let Some(opened) = open(password)?
        {
            return Ok(opened);
        }
    }
    Err(OpenError::Encrypted { tried: passwords.len() })
}

fn utf16(password: &str) -> Vec<u8> {
    password.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

// ---- xlsx ----

/// Encryption of Excel since 2010.
struct Agile {
    data_salt: Vec<u8>,
    data_hash: Hash,
    salt: Vec<u8>,
    hash: Hash,
    rounds: u32,
    key_bytes: usize,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
    key: Vec<u8>,
}

impl Agile {
    fn read(xml: &[u8]) -> Result<Agile, OpenError> {
        let mut data = None;
        let mut tags = Tags::new(xml);
        while let Some(tag) = tags.next()? {
            let name = tag.local_name();
            if !matches!(name, b"keyData" | b"encryptedKey") {
                continue;
            }
            let text = |name: &str| tag.attribute(name).ok_or(OpenError::UnknownEncryption);
            let bytes = |name: &str| BASE64.decode(text(name)?).map_err(|_| OpenError::broken("encryption info"));
            let number = |name: &str| markup::number(text(name)?).ok_or(OpenError::UnknownEncryption);
            if text("cipherAlgorithm")? != b"AES" || text("cipherChaining")? != b"ChainingModeCBC" {
                return Err(OpenError::UnknownEncryption);
            }
            let (salt, hash) = (bytes("saltValue")?, Hash::named(text("hashAlgorithm")?)?);
            if name == b"keyData" {
                data = Some((salt, hash));
                continue;
            }
            let (data_salt, data_hash) = data.ok_or(OpenError::Truncated)?;
            let rounds = number("spinCount")?;
            if rounds > MAX_ROUNDS {
                return Err(OpenError::broken(format!("{rounds} rounds of hashing")));
            }
            return Ok(Agile {
                data_salt,
                data_hash,
                salt,
                hash,
                rounds: rounds as u32,
                key_bytes: usize::try_from(number("keyBits")? / 8).unwrap_or(usize::MAX).min(64),
                verifier: bytes("encryptedVerifierHashInput")?,
                verifier_hash: bytes("encryptedVerifierHashValue")?,
                key: bytes("encryptedKeyValue")?,
            });
        }
        // Opened by a certificate instead of a password.
        Err(OpenError::UnknownEncryption)
    }

    /// The key of the package, if this is the password.
    fn key(&self, password: &str) -> Result<Option<Vec<u8>>, OpenError> {
        const VERIFIER: [u8; 8] = [0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79];
        const VERIFIER_HASH: [u8; 8] = [0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E];
        const KEY: [u8; 8] = [0x14, 0x6E, 0x0B, 0xE7, 0xAB, 0xAC, 0xD0, 0xD6];
        let spun = self.hash.spin(&self.salt, &utf16(password), self.rounds);
        let decrypt = |block: &[u8; 8], encrypted: &[u8]| {
            let mut key = self.hash.of(&[&spun, block]);
            key.resize(self.key_bytes, 0x36);
            aes_cbc(&key, &self.salt, encrypted)
        };
        let verifier = decrypt(&VERIFIER, &self.verifier)?;
        let want = self.hash.of(&[&verifier]);
        if !decrypt(&VERIFIER_HASH, &self.verifier_hash)?.starts_with(&want) {
            return Ok(None);
        }
        let mut key = decrypt(&KEY, &self.key)?;
        key.truncate(self.key_bytes);
        Ok(Some(key))
    }

    fn decrypt(&self, key: &[u8], encrypted: &[u8]) -> Result<Vec<u8>, OpenError> {
        let mut plain = Vec::with_capacity(encrypted.len());
        for (index, segment) in (0_u32..).zip(encrypted.chunks(SEGMENT)) {
            let salt = self.data_hash.of(&[&self.data_salt, &index.to_le_bytes()]);
            plain.extend(aes_cbc(key, &salt, segment)?);
        }
        Ok(plain)
    }
}

/// Encryption of Excel 2007, and of programs that are content with it.
struct Standard {
    key_bytes: usize,
    salt: [u8; 16],
    verifier: [u8; 16],
    verifier_hash: [u8; 32],
}

impl Standard {
    fn read(body: &[u8]) -> Result<Standard, OpenError> {
        const AES: [u32; 4] = [0, 0x660E, 0x660F, 0x6610];
        let size = body.first_chunk::<4>().ok_or(OpenError::Truncated)?;
        let header = body.get(4..).and_then(|rest| rest.split_at_checked(u32::from_le_bytes(*size) as usize));
        let (header, verifier) = header.ok_or(OpenError::Truncated)?;
        let number = |at: usize| {
            let bytes = header.get(at..at + 4).ok_or(OpenError::Truncated)?;
            Ok::<u32, OpenError>(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        };
        if !AES.contains(&number(8)?) {
            return Err(OpenError::UnknownEncryption);
        }
        let take = |from: usize, to: usize| verifier.get(from..to).ok_or(OpenError::Truncated);
        Ok(Standard {
            key_bytes: match number(16)? {
                bits @ (128 | 192 | 256) => bits as usize / 8,
                _ => return Err(OpenError::UnknownEncryption),
            },
            salt: take(4, 20)?.try_into().expect("16 bytes"),
            verifier: take(20, 36)?.try_into().expect("16 bytes"),
            verifier_hash: take(40, 72)?.try_into().expect("32 bytes"),
        })
    }

    fn key(&self, password: &str) -> Result<Option<Vec<u8>>, OpenError> {
        const ROUNDS: u32 = 50_000;
        let spun = Hash::Sha1.spin(&self.salt, &utf16(password), ROUNDS);
        let last = Hash::Sha1.of(&[&spun, &[0; 4]]);
        let mixed = |with: u8| {
            let mut block = [with; 64];
            block.iter_mut().zip(&last).for_each(|(byte, other)| *byte ^= other);
            Hash::Sha1.of(&[&block])
        };
        let mut key = [mixed(0x36), mixed(0x5C)].concat();
        key.truncate(self.key_bytes);
        let want = Hash::Sha1.of(&[&aes_ecb(&key, &self.verifier)?]);
        Ok(aes_ecb(&key, &self.verifier_hash)?.starts_with(&want).then_some(key))
    }
}

#[derive(Clone, Copy, Debug)]
enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn named(name: &[u8]) -> Result<Hash, OpenError> {
        Ok(match name {
            b"MD5" => Hash::Md5,
            b"SHA1" | b"SHA-1" => Hash::Sha1,
            b"SHA256" | b"SHA-256" => Hash::Sha256,
            b"SHA384" | b"SHA-384" => Hash::Sha384,
            b"SHA512" | b"SHA-512" => Hash::Sha512,
            _ => return Err(OpenError::UnknownEncryption),
        })
    }

    /// The hash of these bytes, one behind the other.
    fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        fn run<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut hash = D::new();
            parts.iter().for_each(|part| hash.update(part));
            hash.finalize().to_vec()
        }
        match self {
            Hash::Md5 => run::<Md5>(parts),
            Hash::Sha1 => run::<Sha1>(parts),
            Hash::Sha256 => run::<Sha256>(parts),
            Hash::Sha384 => run::<Sha384>(parts),
            Hash::Sha512 => run::<Sha512>(parts),
        }
    }

    /// The hash of the salted password, hashed again and again, so that guessing takes its time.
    fn spin(self, salt: &[u8], password: &[u8], rounds: u32) -> Vec<u8> {
        (0..rounds).fold(self.of(&[salt, password]), |hash, round| self.of(&[&round.to_le_bytes(), &hash]))
    }
}

const BLOCK: usize = 16;

enum Aes {
    Bits128(Aes128Dec),
    Bits192(Aes192Dec),
    Bits256(Aes256Dec),
}

impl Aes {
    fn new(key: &[u8]) -> Result<Aes, OpenError> {
        let wrong = |_: InvalidLength| OpenError::UnknownEncryption;
        match key.len() {
            16 => Aes128Dec::new_from_slice(key).map(Aes::Bits128).map_err(wrong),
            24 => Aes192Dec::new_from_slice(key).map(Aes::Bits192).map_err(wrong),
            _ => Aes256Dec::new_from_slice(key).map(Aes::Bits256).map_err(wrong),
        }
    }

    fn decrypt(&self, block: &[u8; BLOCK]) -> [u8; BLOCK] {
        let mut block = Array::from(*block);
        match self {
            Aes::Bits128(cipher) => cipher.decrypt_block(&mut block),
            Aes::Bits192(cipher) => cipher.decrypt_block(&mut block),
            Aes::Bits256(cipher) => cipher.decrypt_block(&mut block),
        }
        block.into()
    }
}

/// Whole blocks, each by itself; what is left over is no block and is dropped.
fn aes_ecb(key: &[u8], encrypted: &[u8]) -> Result<Vec<u8>, OpenError> {
    let cipher = Aes::new(key)?;
    Ok(encrypted.as_chunks::<BLOCK>().0.iter().flat_map(|block| cipher.decrypt(block)).collect())
}

/// Whole blocks, each mixed with the one before; the first with the beginning of `start`.
fn aes_cbc(key: &[u8], start: &[u8], encrypted: &[u8]) -> Result<Vec<u8>, OpenError> {
    let cipher = Aes::new(key)?;
    let mut before = [0x36; BLOCK];
    before.iter_mut().zip(start).for_each(|(byte, from)| *byte = *from);
    let mut plain = Vec::with_capacity(encrypted.len());
    for block in encrypted.as_chunks::<BLOCK>().0 {
        let mixed = cipher.decrypt(block);
        plain.extend(mixed.iter().zip(before).map(|(byte, other)| byte ^ other));
        before = *block;
    }
    Ok(plain)
}

// ---- xls ----

/// How the records of a workbook are encrypted, with the right key.
enum RecordCipher {
    Xor([u8; 16]),
    /// The hash from which the key of each 1024 bytes is made.
    Basic(Vec<u8>),
    CryptoApi {
        hash: Vec<u8>,
        key_bytes: usize,
    },
}

/// Bytes of the stream that share a key.
const RC4_BLOCK: usize = 1024;

impl RecordCipher {
    /// Decrypts a part of a record in its place.
    fn apply(&self, bytes: &mut [u8], part: &biff::EncryptedPart) {
        if let RecordCipher::Xor(array) = self {
            let first = part.from + part.record_length;
            for (at, byte) in (first..).zip(bytes) {
                *byte = (*byte ^ array[at % 16]).rotate_left(3);
            }
            return;
        }
        let mut at = part.from;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (block, within) = (at / RC4_BLOCK, at % RC4_BLOCK);
            let (now, later) = rest.split_at_mut(rest.len().min(RC4_BLOCK - within));
            let mut cipher = self.rc4(block as u32);
            // The key stream runs on under what is not encrypted.
            cipher.apply_keystream(&mut [0; RC4_BLOCK][..within]);
            cipher.apply_keystream(now);
            at += now.len();
            rest = later;
        }
    }

    fn rc4(&self, block: u32) -> Rc4 {
        let key = match self {
            RecordCipher::Xor(array) => array.to_vec(),
            RecordCipher::Basic(hash) => Hash::Md5.of(&[&hash[..5], &block.to_le_bytes()]),
            RecordCipher::CryptoApi { hash, key_bytes } => {
                let mut key = Hash::Sha1.of(&[hash, &block.to_le_bytes()]);
                key.truncate(*key_bytes);
                if *key_bytes == 5 {
                    key.resize(16, 0);
                }
                key
            }
        };
        Rc4::new_from_slice(&key).expect("a key has 5 to 20 bytes")
    }
}

/// What tells the right password of an RC4 workbook.
struct Rc4Verifier {
    salt: [u8; 16],
    verifier: [u8; 16],
    hash: Vec<u8>,
}

impl Rc4Verifier {
    fn read(bytes: &[u8], hash_bytes: usize) -> Result<Self, OpenError> {
        let (salt, rest) = bytes.split_first_chunk().ok_or(OpenError::Truncated)?;
        let (verifier, rest) = rest.split_first_chunk().ok_or(OpenError::Truncated)?;
        let hash = rest.get(..hash_bytes).ok_or(OpenError::Truncated)?.to_vec();
        Ok(Rc4Verifier { salt: *salt, verifier: *verifier, hash })
    }

    /// The same with the length of the hash before it, which is that of SHA-1.
    fn read_with_hash(bytes: &[u8]) -> Result<Self, OpenError> {
        let (head, hash) = bytes.split_at_checked(32).ok_or(OpenError::Truncated)?;
        Rc4Verifier::read(&[head, hash.get(4..).unwrap_or_default()].concat(), 20)
    }

    fn basic(&self, password: &str) -> Option<RecordCipher> {
        let first = Hash::Md5.of(&[&utf16(password)]);
        let salted = [&first[..5], &self.salt].concat().repeat(16);
        let cipher = RecordCipher::Basic(Hash::Md5.of(&[&salted]));
        self.is_right(&cipher, Hash::Md5).then_some(cipher)
    }

    fn crypto_api(&self, password: &str, bits: u32) -> Option<RecordCipher> {
        let key_bytes = if bits == 0 { 5 } else { (bits as usize / 8).clamp(5, 20) };
        let cipher = RecordCipher::CryptoApi { hash: Hash::Sha1.of(&[&self.salt, &utf16(password)]), key_bytes };
        self.is_right(&cipher, Hash::Sha1).then_some(cipher)
    }

    fn is_right(&self, cipher: &RecordCipher, hash: Hash) -> bool {
        let mut both = [&self.verifier[..], &self.hash].concat();
        cipher.rc4(0).apply_keystream(&mut both);
        let (verifier, want) = both.split_at(16);
        hash.of(&[verifier]) == want
    }
}

/// The array that XOR obfuscation mixes with the records, if this is the password. Made from its bytes: those of
/// GBK, or the lower half of each character.
fn xor_array(password: &str, key: u16, verifier: u16) -> Option<[u8; 16]> {
    let lower_halves = |unit: u16| if unit & 0xFF == 0 { (unit >> 8) as u8 } else { unit as u8 };
    let candidates =
        [encoding_rs::GBK.encode(password).0.into_owned(), password.encode_utf16().map(lower_halves).collect::<Vec<u8>>()];
    candidates.into_iter().find_map(|mut bytes| {
        bytes.truncate(15);
        let is_right = !bytes.is_empty() && xor_verifier(&bytes) == verifier && xor_key(&bytes) == key;
        is_right.then(|| make_xor_array(&bytes, key))
    })
}

fn xor_verifier(password: &[u8]) -> u16 {
    let step = |verifier: u16, byte: &u8| ((verifier >> 14 & 1) | (verifier << 1 & 0x7FFF)) ^ u16::from(*byte);
    step(password.iter().rev().fold(0, step), &(password.len() as u8)) ^ 0xCE4B
}

fn xor_key(password: &[u8]) -> u16 {
    const FIRST: [u16; 15] = [
        0xE1F0, 0x1D0F, 0xCC9C, 0x84C0, 0x110C, 0x0E10, 0xF1CE, 0x313E, 0x1872, 0xE139, 0xD40F, 0x84F9, 0x280C, 0xA96A,
        0x4EC3,
    ];
    /// Seven for each place of a password, the last place last.
    const BITS: [u16; 105] = [
        0xAEFC, 0x4DD9, 0x9BB2, 0x2745, 0x4E8A, 0x9D14, 0x2A09, 0x7B61, 0xF6C2, 0xFDA5, 0xEB6B, 0xC6F7, 0x9DCF, 0x2BBF,
        0x4563, 0x8AC6, 0x05AD, 0x0B5A, 0x16B4, 0x2D68, 0x5AD0, 0x0375, 0x06EA, 0x0DD4, 0x1BA8, 0x3750, 0x6EA0, 0xDD40,
        0xD849, 0xA0B3, 0x5147, 0xA28E, 0x553D, 0xAA7A, 0x44D5, 0x6F45, 0xDE8A, 0xAD35, 0x4A4B, 0x9496, 0x390D, 0x721A,
        0xEB23, 0xC667, 0x9CEF, 0x29FF, 0x53FE, 0xA7FC, 0x5FD9, 0x47D3, 0x8FA6, 0x0F6D, 0x1EDA, 0x3DB4, 0x7B68, 0xF6D0,
        0xB861, 0x60E3, 0xC1C6, 0x93AD, 0x377B, 0x6EF6, 0xDDEC, 0x45A0, 0x8B40, 0x06A1, 0x0D42, 0x1A84, 0x3508, 0x6A10,
        0xAA51, 0x4483, 0x8906, 0x022D, 0x045A, 0x08B4, 0x1168, 0x76B4, 0xED68, 0xCAF1, 0x85C3, 0x1BA7, 0x374E, 0x6E9C,
        0x3730, 0x6E60, 0xDCC0, 0xA9A1, 0x4363, 0x86C6, 0x1DAD, 0x3331, 0x6662, 0xCCC4, 0x89A9, 0x0373, 0x06E6, 0x0DCC,
        0x1021, 0x2042, 0x4084, 0x8108, 0x1231, 0x2462, 0x48C4,
    ];
    let mut key = FIRST[password.len() - 1];
    let mut bits = BITS.iter().rev();
    for byte in password.iter().rev() {
        for place in 0..7 {
            let bit = bits.next().expect("a password has 15 bytes at most");
            if byte << place & 0x40 != 0 {
                key ^= bit;
            }
        }
    }
    key
}

fn make_xor_array(password: &[u8], key: u16) -> [u8; 16] {
    const PADDING: [u8; 15] = [0xBB, 0xFF, 0xFF, 0xBA, 0xFF, 0xFF, 0xB9, 0x80, 0, 0xBE, 0x0F, 0, 0xBF, 0x0F, 0];
    let mut array = [0; 16];
    // The password, then the padding from its beginning; the key's halves in turn.
    let bytes = password.iter().chain(&PADDING);
    for ((at, place), byte) in array.iter_mut().enumerate().zip(bytes) {
        let half = if at % 2 == 0 { key as u8 } else { (key >> 8) as u8 };
        *place = (byte ^ half).rotate_right(1);
    }
    array
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passwords(lines: &str) -> Passwords {
        Passwords::from_lines(lines)
    }

    fn bytes(hex: &str) -> Vec<u8> {
        data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap()
    }

    /// The beginning of a workbook with this `FilePass`, and a sheet's record and a cell behind it.
    fn stream(file_pass: &[u8], sheet: &[u8], cell: &[u8]) -> Vec<u8> {
        let record = |kind: u16, data: &[u8]| [&kind.to_le_bytes(), &(data.len() as u16).to_le_bytes(), data].concat();
        [
            record(0x0809, &[0, 6, 5, 0]),
            record(0x002F, file_pass),
            record(0x0085, sheet),
            record(0x000A, &[]),
            record(0x0204, cell),
        ]
        .concat()
    }

    const SHEET: &[u8] = b"\x10\0\0\0sheet one, in sixteen times its length .................................";

    /// What another program made of the same password, salt and verifier (msoffcrypto-tool 6.1).
    fn verifier(verifier: &str, hash: &str) -> Rc4Verifier {
        let salt = std::array::from_fn(|at| at as u8);
        Rc4Verifier { salt, verifier: bytes(verifier).try_into().unwrap(), hash: bytes(hash) }
    }

    #[test]
    fn rc4_keys_are_those_of_other_programs() {
        let basic = verifier("25aa62af683714cb756436fcccef3da2", "bf7ffd1b73200101abb38eeb9eb72339");
        assert!(basic.basic("密码Ab1").is_some() && basic.basic("密码Ab2").is_none());
        let bits40 = verifier("8bec7428b119d90321b10e168ac607eb", "e23e5375f9b17fa4ff7aa2e9ec36c682464e14e5");
        assert!(bits40.crypto_api("密码Ab1", 40).is_some() && bits40.crypto_api("密码Ab1", 0).is_some());
        assert!(bits40.crypto_api("密码Ab1", 128).is_none() && bits40.crypto_api("", 40).is_none());
        let bits128 = verifier("c86647160f5def7cb50c6fb04415ddda", "0464850c30a64ca589ef35068479965af99efbfe");
        assert!(bits128.crypto_api("密码Ab1", 128).is_some());
    }

    #[test]
    fn rc4_records_are_decrypted_and_nothing_else_is() {
        let salt: Vec<u8> = (0..16).collect();
        let header =
            [&[0; 8][..], &0x6801_u32.to_le_bytes(), &0x8004_u32.to_le_bytes(), &128_u32.to_le_bytes(), &[0; 12]].concat();
        let hash = [&20_u32.to_le_bytes()[..], &bytes("0464850c30a64ca589ef35068479965af99efbfe")].concat();
        let crypto_api = [
            &[1, 0, 2, 0, 2, 0, 4, 0, 0, 0][..],
            &(header.len() as u32).to_le_bytes(),
            &header,
            &16_u32.to_le_bytes(),
            &salt,
            &bytes("c86647160f5def7cb50c6fb04415ddda"),
            &hash,
        ]
        .concat();
        let basic = [
            &[1, 0, 1, 0, 1, 0][..],
            &salt,
            &bytes("25aa62af683714cb756436fcccef3da2"),
            &bytes("bf7ffd1b73200101abb38eeb9eb72339"),
        ]
        .concat();
        for file_pass in [crypto_api, basic] {
            // A cell over the end of the first block.
            let plain = stream(&file_pass, SHEET, &[7; 2500]);
            let key = match file_pass[2] {
                1 => verifier("25aa62af683714cb756436fcccef3da2", "bf7ffd1b73200101abb38eeb9eb72339").basic("密码Ab1"),
                _ => verifier("c86647160f5def7cb50c6fb04415ddda", "0464850c30a64ca589ef35068479965af99efbfe")
                    .crypto_api("密码Ab1", 128),
            };
            // RC4 there is RC4 back.
            let mut encrypted = plain.clone();
            for part in biff::encrypted_parts(&plain) {
                key.as_ref().unwrap().apply(&mut encrypted[part.from..part.to], &part);
            }
            assert_ne!(encrypted, plain);
            let mut want = plain.clone();
            biff::erase_file_pass(&mut want, 8);
            assert_eq!(workbook(&encrypted, &passwords("错的\n密码Ab1")).unwrap(), Some(want));
            let refused = workbook(&encrypted, &passwords("错的\n又错"));
            assert!(matches!(refused, Err(OpenError::Encrypted { tried: 2 })), "{refused:?}");
        }
    }

    #[test]
    fn xor_obfuscation_is_that_of_other_programs() {
        for (password, key, verifier, array) in [
            ("abc", 0x514A, 0xCC1A, "95999475da577857da7465a87a2f2577"),
            ("a", 0x9D77, 0xCE88, "0b134431e6314412fbcee449bb113cce"),
            ("Passw0rd", 0x1DED, 0x942F, "de3e4f374d96cfbc2b7109d309712ace"),
            ("123456789012345", 0x8265, 0x9EB1, "2a582b5b285a295d2e592a582b5b289c"),
            ("0123456789abcd", 0x7F9E, 0xB7A0, "57275626552554245323ff8efe8d9240"),
            ("123456789012345 and no more", 0x8265, 0x9EB1, "2a582b5b285a295d2e592a582b5b289c"),
        ] {
            assert_eq!(xor_array(password, key, verifier).map(|array| array.to_vec()), Some(bytes(array)), "{password}");
            assert_eq!(xor_array("wrong", key, verifier), None);
        }
        assert_eq!(xor_array("", 0, 0), None);
    }

    #[test]
    fn xor_records_of_both_kinds_are_decrypted() {
        let array = bytes("95999475da577857da7465a87a2f2577");
        for file_pass in [&[0x4A, 0x51, 0x1A, 0xCC][..], &[0, 0, 0x4A, 0x51, 0x1A, 0xCC]] {
            let plain = stream(file_pass, SHEET, b"\x01\0\x02\0\0\0some text");
            let mut encrypted = plain.clone();
            for part in biff::encrypted_parts(&plain) {
                for (at, byte) in (part.from + part.record_length..).zip(&mut encrypted[part.from..part.to]) {
                    *byte = byte.rotate_left(5) ^ array[at % 16];
                }
            }
            let mut want = plain.clone();
            biff::erase_file_pass(&mut want, 8);
            assert_eq!(workbook(&encrypted, &passwords("abc")).unwrap(), Some(want));
        }
    }

    #[test]
    fn what_is_not_encrypted_stays_and_what_is_odd_is_said() {
        let plain = stream(&[], SHEET, &[]);
        let refused = workbook(&plain, &passwords("a"));
        assert!(matches!(refused, Err(OpenError::UnknownEncryption)), "{refused:?}");
        assert!(matches!(workbook(&plain[..8], &passwords("a")), Ok(None)));
        for short in [&[1, 0, 1, 0, 1, 0, 9][..], &[1, 0, 2, 0, 2, 0], &[1, 0, 2, 0, 2, 0, 0, 0, 0, 0, 255, 255, 255, 255]] {
            assert!(matches!(workbook(&stream(short, SHEET, &[]), &passwords("a")), Err(OpenError::Truncated)));
        }
    }

    #[test]
    fn a_password_that_would_take_for_ever_to_check_is_not_checked() {
        let xml = r#"<encryption><keyData saltValue="" hashAlgorithm="SHA512" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC"/>
            <p:encryptedKey spinCount="4000000000" keyBits="256" saltValue="" hashAlgorithm="SHA512" cipherAlgorithm="AES"
            cipherChaining="ChainingModeCBC" encryptedVerifierHashInput="" encryptedVerifierHashValue="" encryptedKeyValue=""/></encryption>"#;
        assert!(matches!(Agile::read(xml.as_bytes()), Err(OpenError::Broken { .. })));
        assert!(matches!(Agile::read(b"<encryption/>"), Err(OpenError::UnknownEncryption)));
    }
}
