# Best overall response against its slow definition, on random sequences of responses.

test_that("BOR, CBOR and first responses are the definition's on 10,000 random sequences", {
  tally <- new_tally("best_response v definition")
  seeds <- history_seeds()
  for (seed in seeds) {
    trial <- response_trial(seed)
    defined <- define_trial(trial)
    tally$cases <- tally$cases + length(defined)
    subjects <- trial$tables$subjects
    subjects$STARTDT <- if (trial$rules$design == "randomised") subjects$RANDDT else subjects$TRTSDT
    subjects$NACTDT <- trial$nact[subjects$USUBJID]
    subjects <- subjects[subjects$USUBJID %in% names(defined), ]
    visits <- trial$tables$assessments
    visits <- visits[visits$USUBJID %in% subjects$USUBJID, ]
    found <- suppressWarnings(
      best_response(visits, subjects, do.call(recist, trial$rules$recist), data_cut = trial$rules$cut),
      classes = "tte_warning_response_after_cr"
    )
    found <- found[match(names(defined), found$USUBJID), ]
    same <- function(column, ...) {
      expect_same_patients(trial, found[[column]], of(defined, ...), column, tally)
    }
    same("BOR", "bor", "best")
    same("BORDT", "bor", "day")
    same("RSPDT", "bor", "response_day")
    same("CBOR", "cbor", "best")
    same("CBORDT", "cbor", "day")
    same("CRSPDT", "cbor", "response_day")
  }
  print_tally(tally, seeds)
})
