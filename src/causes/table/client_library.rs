//! The sending program and its libraries.

causes! {
    KEY_UNREADABLE = "key_unreadable" {
        title: "The private key cannot be read: line breaks lost, cut, or something else than a service account's JSON key",
        proof: "Run `python3 -c 'import json; print(json.load(open(\"key.json\"))[\"private_key\"][:40])'`: it begins with -----BEGIN PRIVATE KEY-----.",
        fix: "Pass the JSON file unchanged. In an environment variable, turn `\\n` into line breaks.",
        place: PROGRAM,
        source: "Netflix/dispatch#992; theoephraim/node-google-spreadsheet#244",
    }
    CLIENT_CREDENTIALS_MISSING = "client_credentials_missing" {
        title: "The program has no credentials to send: a variable or a file is missing",
        proof: "Print which settings the program read.",
        fix: "Set user, password or key where the program reads them.",
        place: PROGRAM,
        source: "nodemailer/nodemailer#847",
    }
    CLIENT_CONFIGURATION = "client_configuration" {
        title: "The program's own mail settings are missing or not valid",
        proof: "Print which settings the program read.",
        fix: "Correct the setting that the text names.",
        place: PROGRAM,
        source: "thorsten/phpMyFAQ#2681",
    }
    ID_TOKEN_TIME = "id_token_time" {
        title: "The library refuses an ID token because of its times: an old token, or a wrong clock",
        proof: "Compare `exp` of the token with `date +%s`.",
        fix: "Get a new token; synchronize the clock.",
        place: MACHINE,
        source: "42Statistics/42Stat-Backend#359",
    }
    SCOPE_CHANGED = "scope_changed" {
        title: "oauthlib stops where the granted scopes differ from those that were asked for; Google adds openid, for example",
        proof: "Compare the two lists in the text.",
        fix: "Ask for exactly the scopes that come back, or set OAUTHLIB_RELAX_TOKEN_SCOPE=1.",
        place: PROGRAM,
        source: "requests/requests-oauthlib#387; domainaware/parsedmarc#310",
    }
    PROGRAM_FAULT = "program_fault" {
        title: "A fault of the program or of an extension: it hides the answer, or sends what no server accepts",
        proof: "Turn the other extensions off, and log the raw answer.",
        fix: "Update the program.",
        place: PROGRAM,
        source: "awesomemotive/WP-Mail-SMTP#11",
    }
}
