//! The Admin SDK.

causes! {
    /// The admin has no right to the resource.
    ADMIN_RIGHT_MISSING = "admin_right_missing" {
        title: "The admin does not have a role that allows this, or the object is in another tenant",
        proof: "Run `gam info user ADMIN`; compare the role with the method.",
        fix: "Act as an admin with a role that has the privilege.",
        place: ADMIN_ROLES,
        source: "bugfender/google-drive-audit#4",
        own: Denied, Never, "Assign the role in docs/setup.md to `[tenant] admin`. If `[auth] admin_role` is set, assign it to the service account.", ADMIN_ROLES,
    }
    /// The admin has no right to the audit logs: Reports answers it as 401 or 403.
    REPORTS_RIGHT_MISSING = "reports_right_missing" {
        title: "The admin does not have the right to read the audit logs",
        proof: "Run `gam info user ADMIN`: a role with the privilege Reports is needed.",
        fix: "Assign a role with the privilege Reports to the admin.",
        place: ADMIN_ROLES,
        source: "googleworkspace/python-samples#21",
        own: Denied, Never, "Assign a role with the privilege Reports to `[tenant] admin`. If `[auth] admin_role` is set, assign it to the service account.", ADMIN_ROLES,
    }
    CUSTOMER_WRONG = "customer_wrong" {
        title: "A parameter is not valid: often a domain where a customer id belongs, or the other way round",
        proof: "Compare the request with the method's reference: `customer` takes `my_customer` or `C…`, `domain` takes a domain.",
        fix: "Correct the parameter that the text names.",
        place: PROGRAM,
        source: "googleworkspace/go-samples#10; GAM-team/GAM#1321",
    }
    /// Directory says so in passing. GAM retries it in `print users` since 7.00.14 (GamUpdate.txt). Assumed: other
    /// methods too.
    DIRECTORY_PRECONDITION = "directory_precondition" {
        title: "The Directory API reports a failed precondition, usually a temporary one",
        fix: "Run the audit again later. If the error persists, check that `[tenant] admin` is the primary address of an admin of this tenant, and that `[tenant] customer` is right.",
        place: ADMIN_ROLES,
        own: Failed, AfterWait,
    }
    /// 503 of Directory: also the answer to a token without a subject, and to a listing over 60 minutes.
    DIRECTORY_UNAVAILABLE = "directory_unavailable" {
        title: "The Directory API is unavailable",
        fix: "Run the audit again. If the error persists, check that `[tenant] admin` is the primary address of an admin. With `[auth] admin_role`, check that `customer` is the customer ID, not `my_customer`.",
        place: ADMIN_ROLES,
        own: Failed, AfterWait,
    }
}
