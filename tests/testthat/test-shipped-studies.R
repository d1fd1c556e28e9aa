test_that("the shipped studies are what their calls make, and say that they are simulated", {
  calls <- shipped_studies()
  for (name in names(calls)) {
    place <- new.env()
    utils::data(list = name, package = "tte", envir = place)
    shipped <- get(name, envir = place)
    expect_equal(shipped, simulate_study(calls[[name]]$design, calls[[name]]$seed), label = name)
    expect_true(all(startsWith(shipped$subjects$STUDYID, "SIMULATED")))
    check <- check_study(shipped)
    expect_equal(check$message[check$severity != "note"], character(), label = name)
  }
})

test_that("the shipped studies have the sizes that their help page says", {
  size <- function(name) design_size(shipped_studies()[[name]]$design)
  sizes <- c(
    guided_study = 120, biomarker_study = 80, rechallenge_study = 100, perioperative_study = 120,
    irae_study = 90
  )
  expect_equal(vapply(names(sizes), size, 1), sizes)
  place <- new.env()
  utils::data(list = "irae_study", package = "tte", envir = place)
  expect_equal(sum(place$irae_study$subjects$AUTOIMFL == "Y"), 12)
})
