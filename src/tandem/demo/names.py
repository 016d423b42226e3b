"""The cast lists of the demo: names, places, goods. Invented; every domain ends in .example."""

FIRST = (
    "Aisha", "Alan", "Alice", "Amir", "Amy", "Andrew", "Anna", "Arthur", "Ava", "Ben", "Beth", "Callum",
    "Carla", "Chloé", "Claire", "Daniel", "David", "Dylan", "Ella", "Emily", "Emma", "Ethan", "Eva",
    "Fiona", "Finn", "Freya", "George", "Grace", "Hannah", "Harry", "Ines", "Isla", "Jack", "James",
    "Jana", "Jonas", "Jürgen", "Katie", "Kieran", "Lars", "Laura", "Leah", "Leo", "Liam", "Lily",
    "Louis", "Lucy", "Maeve", "Marta", "Megan", "Mia", "Mohamed", "Nadia", "Niamh", "Nina", "Noah",
    "Oliver", "Olivia", "Oscar", "Owen", "Paul", "Peter", "Priya", "Rachel", "Ravi", "Rhys", "Rosa",
    "Ruby", "Sam", "Sara", "Sean", "Seán", "Sofia", "Sophie", "Tariq", "Theo", "Thomas", "Tom", "Uma",
    "Vera", "William", "Yusuf", "Zara", "Zoë",
)  # fmt: skip

LAST = (
    "Adams", "Ahmed", "Ali", "Allen", "Baker", "Barnes", "Begum", "Bell", "Bennett", "Brown", "Byrne",
    "Campbell", "Carter", "Chapman", "Clark", "Collins", "Cook", "Cooper", "Cox", "Davies", "Dixon",
    "Doyle", "Edwards", "Ellis", "Evans", "Fischer", "Fletcher", "Foster", "Fraser", "Gibson", "Graham",
    "Grant", "Gray", "Green", "Griffiths", "Hall", "Hamilton", "Harris", "Harvey", "Hill", "Holmes",
    "Hughes", "Hunt", "Hussain", "Jackson", "James", "Jenkins", "Johnson", "Jones", "Kelly", "Kennedy",
    "Khan", "King", "Knight", "Lee", "Lewis", "Lloyd", "Marshall", "Martin", "Mason", "Miller",
    "Mitchell", "Moore", "Morgan", "Morris", "Müller", "Murphy", "Murray", "O'Brien", "O'Neill", "Owen",
    "Palmer", "Parker", "Patel", "Phillips", "Powell", "Price", "Reid", "Richards", "Roberts",
    "Robinson", "Rogers", "Ross", "Russell", "Ryan", "Scott", "Shah", "Shaw", "Simpson", "Singh",
    "Smith", "Stevens", "Stewart", "Taylor", "Thomas", "Thompson", "Turner", "Walker", "Walsh", "Ward",
    "Watson", "Webb", "White", "Williams", "Wilson", "Wood", "Wright", "Young",
)  # fmt: skip

MAILBOXES = ("mailbox.example", "post.example", "webmail.example", "letterbox.example", "inbox.example")

# country, towns, first part of the postcode, share of the people
PLACES = (
    (
        "GB",
        ("Keswick", "Leeds", "Bristol", "Glasgow", "Cardiff", "London", "Inverness", "Exeter"),
        "HP",
        0.90,
    ),
    ("IE", ("Dublin", "Cork", "Galway"), "D", 0.06),
    ("DE", ("Hamburg", "Freiburg"), "2", 0.04),
)

CATEGORIES = ("tents", "boots", "jackets", "packs", "stoves", "climbing", "sleeping bags", "maps")
CATEGORY_SHARE = (0.11, 0.18, 0.22, 0.14, 0.09, 0.08, 0.10, 0.08)
PRODUCTS_PER_CATEGORY = 12

SEARCHES = (
    "two person tent",
    "waterproof jacket",
    "walking boots",
    "gas stove",
    "35 litre pack",
    "gift card",
)
TOPICS = ("delivery", "return", "sizing", "repair", "warranty", "loyalty card")
NETWORKS = ("birdsong", "fotogram", "trailtalk")
CHANNELS = ("search", "social", "display", "affiliates", "print")

JUNK_EMAILS = (
    "test@test.example",
    "unknown@harbourpine.example",
    "none",
    "n/a",
    "noreply@harbourpine.example",
)
JUNK_PHONES = ("000000", "0000000000", "not given")
JUNK_CARDS = ("000000", "0000000000")
JUNK_USERS = ("null", "undefined", "guest")
JUNK_DEVICES = ("anonymous", "00000000-0000-0000-0000-000000000000")

STORES = tuple(f"store-{number:02d}" for number in range(1, 41))
