//! Workbooks locked with a password, as Office 2007 did it: [MS-OFFCRYPTO] 2.3.4, AES of 128 bits.

use aes::Aes128Enc;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use sha1::{Digest, Sha1};

/// The workbook behind a password.
pub fn locked(workbook: &[u8], password: &str) -> Vec<u8> {
    let salt: [u8; 16] = std::array::from_fn(|at| at as u8);
    let verifier = [7; 16];
    let key = key(&salt, password);
    let mut info = Vec::new();
    let long = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    // Version, flags, and the header: AES, SHA-1, 128 bits, the provider without a name.
    info.extend(long(&[0x0002_0004, 0x24, 36, 0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0, 0]));
    info.extend(long(&[16]));
    info.extend(salt);
    info.extend(encrypted(&key, &verifier));
    info.extend(long(&[20]));
    info.extend(encrypted(&key, &Sha1::digest(verifier)));
    let package = [&(workbook.len() as u64).to_le_bytes()[..], &encrypted(&key, workbook)].concat();
    compound(&[("EncryptionInfo", &info), ("EncryptedPackage", &package)])
}

fn key(salt: &[u8], password: &str) -> Vec<u8> {
    let units: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let first = Sha1::digest([salt, &units].concat());
    let spun = (0..50_000_u32).fold(first, |hash, round| Sha1::digest([&round.to_le_bytes()[..], &hash].concat()));
    let last = Sha1::digest([&spun[..], &[0; 4]].concat());
    let block: [u8; 64] = std::array::from_fn(|at| 0x36 ^ last.get(at).copied().unwrap_or(0));
    Sha1::digest(block)[..16].to_vec()
}

fn encrypted(key: &[u8], plain: &[u8]) -> Vec<u8> {
    let cipher = Aes128Enc::new_from_slice(key).expect("16 bytes");
    let blocks = plain.chunks(16).flat_map(|chunk| {
        let mut block = Array::from(std::array::from_fn::<u8, 16, _>(|at| chunk.get(at).copied().unwrap_or(0)));
        cipher.encrypt_block(&mut block);
        block
    });
    blocks.collect()
}

/// A compound file with these streams, each padded to the length from which it has sectors of its own.
fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    const SECTOR: usize = 512;
    const END: u32 = 0xFFFF_FFFE;
    let sectors = |bytes: &[u8]| bytes.len().max(4096).div_ceil(SECTOR);
    // The table, the directory, the streams.
    let content: usize = 1 + streams.iter().map(|(_, bytes)| sectors(bytes)).sum::<usize>();
    let tables = content.div_ceil(SECTOR / 4 - 1);
    let mut table = vec![0xFFFF_FFFD; tables];
    let mut chain = |length: usize| {
        let start = table.len() as u32;
        table.extend(start + 1..start + length as u32);
        table.push(END);
        start
    };
    let directory = chain(1);
    let mut entries = vec![("Root Entry", 5, u32::MAX, 1, END, 0)];
    for (at, (name, bytes)) in (2..).zip(streams) {
        let right = if at as usize <= streams.len() { at } else { u32::MAX };
        entries.push((name, 2, right, u32::MAX, chain(sectors(bytes)), bytes.len().max(4096) as u32));
    }
    table.resize(tables * SECTOR / 4, u32::MAX);
    let mut file = vec![0; SECTOR];
    file[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    (file[26], file[30], file[32]) = (3, 9, 6);
    file[76..].fill(0xFF);
    let numbers = [(44, tables as u32), (48, directory), (56, 4096), (60, END), (68, END)];
    let places = (0..tables).map(|at| (76 + 4 * at, at as u32));
    for (at, number) in numbers.into_iter().chain(places) {
        file[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    file.extend(table.iter().flat_map(|number| number.to_le_bytes()));
    for (name, kind, right, child, start, length) in entries {
        let mut entry = [0; 128];
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry[..units.len()].copy_from_slice(&units);
        (entry[64], entry[66]) = (units.len() as u8 + 2, kind);
        for (at, number) in [(68, u32::MAX), (72, right), (76, child), (116, start), (120, length)] {
            entry[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        file.extend(entry);
    }
    file.resize(SECTOR * (1 + tables + 1), 0);
    for (_, bytes) in streams {
        let end = file.len() + sectors(bytes) * SECTOR;
        file.extend(*bytes);
        file.resize(end, 0);
    }
    file
}
