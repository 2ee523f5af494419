//! Limits of the audit, and responses that it cannot use.

causes! {
    /// The breaker is open.
    GIVEN_UP = "given_up" {
        title: "The API stopped answering, and the audit stopped waiting for it",
        fix: "Fix the cause of the last failure, then run the same command again.",
        own: Failed, Never,
    }
    /// `[collect] part_deadline`.
    DEADLINE = "deadline" {
        title: "Reading the part took longer than `[collect] part_deadline`",
        fix: "Run the audit again, or raise `[collect] part_deadline`.",
        place: CONFIG,
        own: Failed, Never,
    }
    /// No JSON, or not of the documented shape.
    UNDECODABLE = "undecodable" {
        title: "The response does not have the format that Google documents",
        fix: "Run the audit again. If the error persists, check whether a proxy changes responses. If none does, report a bug.",
        own: Failed, AfterWait,
    }
    /// A row of a listing.
    UNDECODABLE_ROW = "undecodable_row" {
        title: "A row of the response does not have the format that Google documents",
        fix: "Report a bug, with the id of the row.",
        own: Failed, Never,
    }
    /// Google answered with nothing where there is always something.
    EMPTY_LISTING = "empty_listing" {
        title: "A list is empty or incomplete: something that exists is missing",
        fix: "Run the audit again. If the error persists, check that `[tenant] customer` is right and that no proxy changes responses.",
        own: Failed, Never,
    }
    /// A listing that never ends.
    REPEATED_PAGE = "repeated_page" {
        title: "Google returned the same page token twice, so the list would never end",
        fix: "Run the audit again. If the error persists, check that no proxy caches responses.",
        own: Failed, Never,
    }
    /// A listing that is longer than any tenant's.
    LISTING_TOO_LONG = "listing_too_long" {
        title: "A list is longer than in any known tenant and was cut off",
        fix: "Run the audit again. If the error persists, check that no proxy changes responses.",
        own: Failed, Never,
    }
}
