-- The latest sign-in of each user that any run read, in milliseconds: Directory sometimes forgets it. `run` is the
-- run that read it first. It stays when that run is forgotten, and goes with the user.
CREATE TABLE sign_in (
    user INTEGER PRIMARY KEY REFERENCES user_key ON DELETE CASCADE,
    at INTEGER NOT NULL,
    run INTEGER NOT NULL
) STRICT;
INSERT INTO sign_in (user, at, run)
    SELECT user, max(last_login), run FROM user_fact WHERE last_login > 0 GROUP BY user;
