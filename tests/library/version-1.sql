-- A library as the first version of the app left it: one loom, one fan, a branch taken in part.
PRAGMA application_id = 1819242349;
PRAGMA journal_mode = WAL;
BEGIN TRANSACTION;
CREATE TABLE branches (
            loom INTEGER NOT NULL,
            id INTEGER NOT NULL,
            fan INTEGER NOT NULL,
            place INTEGER NOT NULL,
            seed INTEGER NOT NULL,
            node INTEGER NOT NULL,
            text BLOB NOT NULL,
            healed INTEGER NOT NULL,
            tokens BLOB NOT NULL,
            finish TEXT,
            looked INTEGER NOT NULL,
            PRIMARY KEY (loom, id),
            FOREIGN KEY (loom, fan) REFERENCES fans ON DELETE CASCADE
        );
INSERT INTO "branches" VALUES(1,1,1,0,9,3,X'20746865726520776173206120686F757365',0,X'0500000012000000000000BF','tokens',1);
INSERT INTO "branches" VALUES(1,2,1,1,9,4,X'204920736174',0,X'0500000006000000000000BF','tokens',0);
CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            loom INTEGER NOT NULL REFERENCES looms ON DELETE CASCADE,
            at REAL NOT NULL,
            kind TEXT NOT NULL,
            node INTEGER,
            fan INTEGER,
            branch INTEGER,
            amount INTEGER,
            note BLOB NOT NULL
        );
INSERT INTO "events" VALUES(1,1,1.7955897873967857361e+09,'edited',NULL,NULL,NULL,17,X'');
INSERT INTO "events" VALUES(2,1,1.79558978739687943458e+09,'generated',2,1,NULL,NULL,X'');
INSERT INTO "events" VALUES(3,1,1.79558978739703655239e+09,'looked',NULL,1,1,NULL,X'');
INSERT INTO "events" VALUES(4,1,1.79558978739704489706e+09,'taken',3,1,1,10,X'');
INSERT INTO "events" VALUES(5,1,1.79558978739712023732e+09,'edited',NULL,NULL,NULL,1,X'');
CREATE TABLE fans (
            loom INTEGER NOT NULL REFERENCES looms ON DELETE CASCADE,
            id INTEGER NOT NULL,
            context INTEGER NOT NULL,
            model INTEGER NOT NULL REFERENCES models,
            seed INTEGER NOT NULL,
            made_at REAL NOT NULL,
            mode TEXT NOT NULL,
            settings BLOB NOT NULL,
            PRIMARY KEY (loom, id)
        );
INSERT INTO "fans" VALUES(1,1,2,1,7,1.79558978739680886269e+09,'batched',X'84A5776964746802AA6D61785F746F6B656E7320A5756E74696CA6746F6B656E73A873616D706C696E6786B272657065746974696F6E5F70656E616C7479CB3FF0000000000000B172657065746974696F6E5F77696E646F77CD0100A5746F705F6B00A5746F705F70CB3FF0000000000000A56D696E5F70CB3FA999999999999AAB74656D7065726174757265CB3FECCCCCCCCCCCCD');
CREATE TABLE looms (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            title BLOB NOT NULL,
            day TEXT UNIQUE,
            path BLOB UNIQUE,
            digest TEXT NOT NULL DEFAULT '',
            made_at REAL NOT NULL,
            changed_at REAL NOT NULL,
            node INTEGER,
            cursor INTEGER NOT NULL DEFAULT 0,
            fan INTEGER,
            highlighted INTEGER NOT NULL DEFAULT 0,
            next_node INTEGER NOT NULL DEFAULT 0
        );
INSERT INTO "looms" VALUES(1,'daily',X'54756573646179203234204E6F76656D6265722032303236','2026-11-24',NULL,'',1.79558978739528441424e+09,1.79558978739719653132e+09,6,28,1,0,7);
CREATE TABLE models (
            id INTEGER PRIMARY KEY,
            name BLOB NOT NULL,
            vocabulary BLOB NOT NULL,
            file BLOB NOT NULL,
            size INTEGER NOT NULL,
            quantisation BLOB NOT NULL,
            build BLOB NOT NULL,
            UNIQUE (name, vocabulary, file, size, quantisation, build)
        );
INSERT INTO "models" VALUES(1,X'636F6D6D6F6E706C616365',X'616263',X'636F6D6D6F6E706C6163652E67677566',4932448,X'51385F30',X'6231');
CREATE TABLE nodes (
            loom INTEGER NOT NULL REFERENCES looms ON DELETE CASCADE,
            id INTEGER NOT NULL,
            parent INTEGER,
            branch INTEGER,
            carries INTEGER,
            cut INTEGER NOT NULL,
            hidden INTEGER NOT NULL,
            bookmarked INTEGER NOT NULL,
            made_at REAL NOT NULL,
            pieces BLOB NOT NULL,
            PRIMARY KEY (loom, id)
        );
INSERT INTO "nodes" VALUES(1,1,NULL,NULL,NULL,0,0,0,0.0,X'90');
INSERT INTO "nodes" VALUES(1,2,1,NULL,NULL,0,0,0,1.7955897873966886997e+09,X'91C4114F6E63652075706F6E20612074696D652C');
INSERT INTO "nodes" VALUES(1,3,5,1,NULL,0,0,0,1.79558978739680886269e+09,X'9193010A12');
INSERT INTO "nodes" VALUES(1,4,2,2,NULL,0,0,0,1.79558978739680886269e+09,X'9193020006');
INSERT INTO "nodes" VALUES(1,5,2,NULL,NULL,1,0,0,1.79558978739680886269e+09,X'919301000A');
INSERT INTO "nodes" VALUES(1,6,5,NULL,NULL,0,0,0,1.79558978739705634112e+09,X'91C4012E');
CREATE INDEX branches_of_fan ON branches (loom, fan);
CREATE INDEX events_of_loom ON events (loom, at);
COMMIT;
PRAGMA user_version = 1;
