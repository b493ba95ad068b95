//! How much a file may ask of us before we call it a mistake or an attack.

/// Bounds on one file. The defaults are far above what an office has, and far below what stops the machine.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The file as it lies on disk.
    pub max_file_bytes: u64,
    /// Rows of a sheet; what lies below is counted as unreadable.
    pub max_rows: u32,
    /// Columns of a sheet; what lies to the right is counted as unreadable.
    pub max_columns: u32,
    /// Cells of a sheet; there the sheet is cut off.
    pub max_cells: u64,
    /// One part of a zipped workbook, unzipped.
    pub max_unzipped_bytes_per_part: u64,
    /// A part that calamine holds in memory as a whole (shared strings, styles), unzipped.
    pub max_held_part_bytes: u64,
    /// Unzipped to zipped size of a part. Real sheets stay below 60; a bomb is near 1000.
    pub max_ratio: u64,
    /// Parts smaller than this unzipped may have any ratio: they can do no harm.
    pub harmless_bytes: u64,
    /// An xls file, which is held in memory as a whole.
    pub max_xls_bytes: u64,
    /// Any other file that is unzipped or decrypted into memory as a whole.
    pub max_held_file_bytes: u64,
    /// Files in a zip, those of zips inside of it included.
    pub max_archive_files: usize,
    /// Zips within zips.
    pub max_archive_depth: usize,
    /// What the tables of an xls or ods file take when every cell between the first and the last is stored.
    pub max_grid_bytes: u64,
    /// The text of one cell. Excel has no longer ones than 32,767 letters.
    pub max_field_bytes: usize,
    /// One record of a text file; there the file is cut off.
    pub max_record_bytes: u64,
    /// Merged regions of a sheet.
    pub max_merges: usize,
    /// Cells in a row that could not be read, after which the sheet is given up.
    pub max_faults_in_a_row: u32,
    /// Unreadable cells that are named; the others are only counted.
    pub max_named_faults: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_file_bytes: 2 << 30,
            max_rows: 1_048_576,
            max_columns: 16_384,
            max_cells: 500_000_000,
            max_unzipped_bytes_per_part: 4 << 30,
            max_held_part_bytes: 1 << 30,
            max_ratio: 200,
            harmless_bytes: 32 << 20,
            max_xls_bytes: 512 << 20,
            max_held_file_bytes: 512 << 20,
            max_archive_files: 2_000,
            max_archive_depth: 3,
            max_grid_bytes: 768 << 20,
            max_field_bytes: 1 << 20,
            max_record_bytes: 16 << 20,
            max_merges: 100_000,
            max_faults_in_a_row: 1000,
            max_named_faults: 100,
        }
    }
}
