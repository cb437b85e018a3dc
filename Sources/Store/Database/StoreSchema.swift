internal import GRDB

/// The tables of the store and how older files become newer ones.
enum StoreSchema {
  /// Written into the file's header, so that other SQLite files are not taken for a store: `Allo`.
  static let applicationID = 0x416C_6C6F

  /// All migrations; those of released versions never change.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1", foreignKeyChecks: .immediate) { db in
      try db.execute(sql: first)
    }
    migrator.registerMigration("2") { db in
      try db.execute(
        sql: """
          ALTER TABLE runs ADD COLUMN checksum INTEGER;
          ALTER TABLE study_rows ADD COLUMN checksum INTEGER;
          ALTER TABLE studies ADD COLUMN checksum INTEGER;
          """)
      try RowChecksum.fill(db)
    }
    migrator.registerMigration("3") { db in
      try db.execute(
        sql: """
          ALTER TABLE studies ADD COLUMN head_checksum INTEGER;
          ALTER TABLE documents ADD COLUMN checksum INTEGER;
          ALTER TABLE curves ADD COLUMN checksum INTEGER;
          """)
      try RowChecksum.fillTexts(db)
    }
    return migrator
  }

  /// Long texts stand apart from what is searched, so that lists are read from few pages.
  private static let first = """
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY,
      identity TEXT NOT NULL UNIQUE,
      status TEXT CHECK (status IN ('finished', 'diverged', 'failed')),
      message TEXT,
      loss REAL,
      parameters INTEGER,
      active_parameters INTEGER,
      tokens INTEGER,
      compute REAL,
      seconds REAL,
      tokens_per_second REAL,
      kernels TEXT,
      ended REAL
    ) STRICT;
    CREATE INDEX runs_by_end ON runs (ended);

    CREATE TABLE definitions (
      run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
      text TEXT NOT NULL
    ) STRICT;

    CREATE TABLE details (
      run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
      costs TEXT NOT NULL,
      measures TEXT NOT NULL
    ) STRICT;

    CREATE TABLE curves (
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      points INTEGER NOT NULL,
      data BLOB NOT NULL,
      UNIQUE (run, name)
    ) STRICT;

    CREATE TABLE claims (
      run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
      host TEXT NOT NULL,
      session TEXT NOT NULL,
      process INTEGER NOT NULL,
      started INTEGER NOT NULL,
      claimed REAL NOT NULL,
      heartbeat REAL NOT NULL
    ) STRICT;

    CREATE TABLE studies (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      file TEXT NOT NULL,
      settings TEXT NOT NULL,
      created REAL NOT NULL,
      planned REAL NOT NULL
    ) STRICT;

    CREATE TABLE study_rows (
      study INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      identity TEXT NOT NULL,
      arm TEXT NOT NULL,
      rung INTEGER NOT NULL,
      size TEXT NOT NULL,
      seed INTEGER NOT NULL,
      branch INTEGER NOT NULL,
      trunk TEXT NOT NULL,
      purpose TEXT NOT NULL,
      learning_rate REAL,
      tokens INTEGER NOT NULL,
      compute REAL,
      costs TEXT NOT NULL,
      PRIMARY KEY (study, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX study_rows_by_run ON study_rows (identity);

    CREATE TABLE documents (
      study INTEGER NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      json TEXT NOT NULL,
      saved REAL NOT NULL,
      PRIMARY KEY (study, name)
    ) STRICT;
    """
}
