faults_of <- function(code) tryCatch(code, tte_error_input = function(e) e$faults)

test_that("definitions say what they are", {
  expect_snapshot({
    print(endpoint("PFS"))
    print(endpoint("TTRESP"))
    print(endpoint("DoR"))
    print(endpoint("EFS", disease = "lung"))
    print(endpoint("RFS", disease = "lung", second_primary = "censor"))
    print(endpoint("TTRECUR"))
  })
})

test_that("3.2 the events of each definition", {
  events <- function(...) endpoint(...)$events
  local <- "LOCOREGIONAL RECURRENCE"
  distant <- "DISTANT RECURRENCE"
  same_site <- "NEW PRIMARY SAME SITE"
  expect_equal(events("OS"), "DEATH")
  expect_equal(events("pfs"), c("PROGRESSION", "DEATH"))
  expect_equal(events("TTP"), "PROGRESSION")
  expect_equal(events("DoR"), c("PROGRESSION", "DEATH"))
  expect_equal(events("TTRESP"), "RESPONSE")
  expect_equal(events("TTNT"), c("NEW THERAPY", "DEATH"))
  expect_equal(events("PFS2"), c("PROGRESSION ON NEXT LINE", "DEATH"))
  expect_setequal(events("TTF"), c("PROGRESSION", "DISCONTINUATION", "DEATH"))
  expect_setequal(events("EFS", disease = "lung"), c("PROGRESSION", local, distant, "DEATH"))
  expect_setequal(events("DFS", disease = "lung"), c(local, distant, same_site, "DEATH"))
  expect_setequal(events("RFS", disease = "lung"), c(local, distant, "DEATH"))
  expect_setequal(events("DFS", disease = "colon"), c(local, distant, same_site, "DEATH"))
  expect_setequal(events("RFS", disease = "colon"), c(local, distant, "DEATH"))
  expect_setequal(events("TTRECUR"), c(local, distant, "CANCER DEATH"))
  expect_equal(setdiff(events("IDFS"), events("IBCFS")), "SECOND PRIMARY")
  expect_equal(setdiff(events("IBCFS"), events("IDFS")), character())
})

test_that("3.2 competing causes have their numbers and labels", {
  expect_equal(endpoint_types(endpoint("TTP"))$cause, c(1, 2))
  expect_equal(endpoint_types(endpoint("TTRESP"))$cause, c(1, 2, 3))
  expect_equal(names(endpoint("TTRESP")$competing), c("Disease Progression", "Death"))
  expect_equal(names(endpoint("TTRECUR")$competing), "Other Death")
  expect_equal(endpoint("TTNT", death = "competing")$competing, list(Death = "DEATH"))
  expect_equal(endpoint("TTP", death = "event")$events, c("PROGRESSION", "DEATH"))
  expect_length(endpoint("TTP", death = "last_assessment")$competing, 0)
  expect_equal(endpoint("TTRECUR", death = "competing")$competing, endpoint("TTRECUR")$competing)
})

test_that("3.2 EFS, DFS and RFS ask for the disease; there is no default", {
  for (name in c("EFS", "DFS", "RFS")) {
    faults <- faults_of(endpoint(name))
    expect_equal(faults$argument, "disease", info = name)
    expect_equal(faults$fault, "missing_value", info = name)
  }
  expect_equal(faults_of(endpoint("DFS", disease = "melanoma"))$fault, "not_a_choice")
  expect_match(faults_of(endpoint("DFS"))$remedy, "lung.*colon")
})

test_that("an endpoint of one's own needs events, and gets a code", {
  expect_equal(faults_of(endpoint("XYZ"))$fault, "not_a_choice")
  own <- endpoint("Metastasis-free", events = c("distant recurrence", "DEATH"))
  expect_equal(own$events, c("DISTANT RECURRENCE", "DEATH"))
  expect_equal(own$paramcd, "METASTAS")
  expect_equal(endpoint("X", events = "DEATH", paramcd = "TTX")$paramcd, "TTX")
})

test_that("all faults of a definition come at once", {
  faults <- faults_of(endpoint("PFS",
    events = character(), end = "x", steps = NA, population = "x", second_primary = "x", label = 1,
    paramcd = "TOO LONG A CODE", therapies = 1, cancer_death = NA_character_
  ))
  expect_setequal(faults$argument, c(
    "events", "end", "steps", "population", "second_primary", "label", "paramcd", "therapies", "cancer_death"
  ))
  expect_equal(faults_of(endpoint("PFS", competing = c(X = "DEATH")))$fault, "unknown_level")
  expect_equal(faults_of(endpoint("OS", competing = "PROGRESSION"))$argument, "competing")
  expect_equal(faults_of(endpoint("PFS", end = "contact"))$argument, "steps")
  expect_equal(faults_of(endpoint("PFS", from = "response"))$argument, "from")
  expect_equal(faults_of(endpoint("PFS", death = "x"))$argument, "death")
  expect_equal(faults_of(endpoint())$argument, "name")
})

test_that("every definition by name has a code that fits and sentences", {
  for (key in names(endpoint_definitions)) {
    parts <- strsplit(key, ".", fixed = TRUE)[[1]]
    e <- endpoint(parts[1], disease = if (length(parts) > 1) parts[2])
    expect_match(e$paramcd, "^[A-Z][A-Z0-9]{0,7}$", info = key)
    expect_match(format(e)[["event"]], "[.]$", info = key)
  }
})

test_that("3.2 a definition for every disease takes none", {
  faults <- faults_of(endpoint("PFS", disease = "lung"))
  expect_equal(faults$argument, "disease")
  expect_match(faults$message, "same in every disease")
})

test_that("3.2 only TTP, TTRESP, TTNT and TTRECUR leave open what a death is", {
  for (name in c("OS", "PFS", "DoR", "PFS2", "TTF", "IDFS")) {
    expect_equal(faults_of(endpoint(name, death = "competing"))$argument, "death", info = name)
  }
  expect_equal(faults_of(endpoint("DFS", disease = "lung", death = "last_assessment"))$argument, "death")
  expect_match(faults_of(endpoint("OS", death = "event"))$remedy, "events =")
  expect_equal(endpoint("ttp", death = "event")$events, c("PROGRESSION", "DEATH"))
})

test_that("a kind of event is named once, in whatever letters", {
  expect_equal(faults_of(endpoint("MFS", events = c("death", "DEATH")))$argument, "events")
})

test_that("an argument that the endpoint would never read is a fault", {
  faults <- faults_of(endpoint("PFS", therapies = "SURGERY", cancer_death = "CANCER"))
  expect_equal(faults$argument, c("therapies", "cancer_death"))
  expect_match(faults$remedy[1], "censoring(therapies = )", fixed = TRUE)
  expect_equal(endpoint("TTNT", therapies = "SURGERY")$therapies, "SURGERY")
  expect_equal(endpoint("TTRECUR", cancer_death = "MELANOMA")$cancer_death, "MELANOMA")
  expect_equal(endpoint("DoR", steps = FALSE, therapies = "SURGERY")$therapies, "SURGERY")
})
