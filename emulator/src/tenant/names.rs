//! Names for a tenant: its domain, its people.

pub(super) const PRIMARY_DOMAIN: &str = "example.com";

pub(super) const GIVEN: [&str; 40] = [
    "Ada", "Amir", "Anna", "Aoife", "Bea", "Carlos", "Chen", "Clara", "David", "Elena", "Emil", "Fatima",
    "Felix", "Grace", "Hana", "Hugo", "Ines", "Ivan", "Jonas", "Julia", "Kofi", "Lena", "Leo", "Lucia",
    "Mara", "Marco", "Mei", "Milan", "Nadia", "Nils", "Noor", "Olga", "Paul", "Petra", "Ravi", "Rosa",
    "Samir", "Tara", "Tomas", "Vera",
];

pub(super) const FAMILY: [&str; 40] = [
    "Adeyemi",
    "Andersson",
    "Bauer",
    "Bianchi",
    "Castillo",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Haddad",
    "Hoffmann",
    "Ivanova",
    "Jansen",
    "Kaya",
    "Keller",
    "Kowalski",
    "Lang",
    "Larsen",
    "Lefevre",
    "Lopez",
    "Marino",
    "Meyer",
    "Moreau",
    "Nakamura",
    "Novak",
    "Okafor",
    "Olsen",
    "Park",
    "Patel",
    "Petrov",
    "Quinn",
    "Rossi",
    "Sato",
    "Schmidt",
    "Silva",
    "Singh",
    "Tran",
    "Vogel",
    "Weber",
    "Yilmaz",
];

pub(super) const DEPARTMENTS: [&str; 6] =
    ["/Sales", "/Engineering", "/Finance", "/Support", "/Marketing", "/People"];
