# Responses from lesions, PFS, duration of response and OS against their slow definitions, on random
# histories.
# 10,000 with lesions, 10,000 with responses already given; TTE_RANDOM_CASES scales both.

visits_of <- function(rules, kind) {
  if (kind == "every") {
    visits_every(weeks = rules$every$weeks, window_days = rules$every$window_days)
  } else {
    visits_at(days = rules$at$days, window_days = rules$at$window_days)
  }
}

rule_of <- function(rules) do.call(recist, c(rules$recist, rules$derived))

#' Which schedule a trial is judged by: the seed decides.
schedule_of <- function(trial) if (trial$seed %% 2 == 0) "every" else "at"

endpoints_of <- function(known, kind) {
  derive_endpoint(
    study_of(known), c("OS", "PFS", "TTP", "DoR", "TTRESP", "TTNT"), rule_of(known$rules),
    list(FDA = censoring("FDA", visits = visits_of(known$rules, kind)), EMA = censoring("EMA"))
  )
}

#' The rows of one parameter in the order of `persons`.
rows_of <- function(adtte, param, persons) {
  one <- adtte[adtte$PARAMCD == param, ]
  one[match(persons, one$USUBJID), ]
}

expect_same_endpoints <- function(trial, found, defined, tally) {
  persons <- names(defined)
  same <- function(param, column, ...) {
    expect_same_patients(
      trial, rows_of(found, param, persons)[[column]], of(defined, ...), paste(param, column), tally
    )
  }
  both <- function(param, item) {
    same(param, "ADT", item, "day")
    same(param, "CNSR", item, "cnsr")
  }
  both("OS", "os")
  both("TTNT", "ttnt")
  both("TTRESPFD", "ttresp_fda")
  both("TTRESPEM", "ttresp_ema")
  for (style in c("fda", "ema")) {
    both(paste0("PFS", toupper(style)), style)
    both(paste0("TTP", toupper(style)), paste0("ttp_", style))
    param <- paste0("DOR", toupper(style))
    same(param, "STARTDT", paste0("dor_", style), "start")
    both(param, paste0("dor_", style))
  }
}

#' Every visit: sum, nadir, targets and non-targets at all of them, response and date before the progression
#' (what a new lesion in doubt is called at its visit is a matter of words; the progression has its date).
expect_same_visits <- function(trial, known, defined, tally) {
  visits <- define_visits(defined)
  found <- derive_response(study_of(known), rule_of(trial$rules))
  found <- found[!is.na(found$AVALC), ]
  key <- paste(visits$USUBJID, visits$visit)
  testthat::expect_setequal(paste(found$USUBJID, found$AVISIT), key)
  found <- found[match(key, paste(found$USUBJID, found$AVISIT)), ]
  same <- function(found, defined, which, what) {
    names(defined) <- visits$USUBJID
    expect_same_patients(trial, found[which], defined[which], what, tally)
  }
  all <- rep(TRUE, nrow(visits))
  measured <- visits$target != "NA"
  words <- function(x) sub("^NN$", "NON-CR/NON-PD", x)
  tenths <- function(x) as.integer(round(10 * x))
  of_found <- function(x) ifelse(is.na(x), "NA", x)
  same(of_found(found$TRGRESP), visits$target, all, "TRGRESP")
  same(of_found(found$NTRGRESP), words(visits$non_target), all, "NTRGRESP")
  same(tenths(found$SUM), as.integer(visits$sum), measured, "SUM")
  nadir <- as.integer(ifelse(visits$base, visits$nadir, NA))
  same(tenths(found$NADIR), nadir, measured & visits$base, "NADIR")
  same(as.integer(found$COMPLETE), as.integer(visits$complete), measured, "COMPLETE")
  same(found$AVALC, visits$response, visits$before, "AVALC")
  same(found$ADT, visits$day, visits$before, "ADT of a visit")
}

#' One chain: a progression has one date in every endpoint, a responder's DoR starts where the rule says.
expect_one_chain <- function(trial, found, bor, persons, tally) {
  same <- function(found, expected, which, what) {
    names(expected) <- persons
    expect_same_patients(trial, found[which], expected[which], what, tally)
  }
  bor <- bor[match(persons, bor$USUBJID), ]
  start <- if (isTRUE(trial$rules$recist$confirmed)) bor$CRSPDT else bor$RSPDT
  for (style in c("FDA", "EMA")) {
    pfs <- rows_of(found, paste0("PFS", style), persons)
    ttp <- rows_of(found, paste0("TTP", style), persons)
    dor <- rows_of(found, paste0("DOR", style), persons)
    event <- function(one) !is.na(one$CNSR) & one$CNSR == 0
    what <- function(text) paste(text, style)
    same(pfs$CNSR, as.integer(ttp$CNSR), event(ttp), what("PFS event where TTP has one"))
    same(pfs$ADT, as.integer(ttp$ADT), event(ttp), what("PFS date of a progression in TTP"))
    same(dor$ADT, as.integer(pfs$ADT), event(dor), what("PFS date of an end of response in DoR"))
    same(dor$STARTDT, as.integer(start), rep(TRUE, length(persons)), what("start of DoR by best response"))
  }
  # a best response PD is dated at the progression of TTP, unless a death came with it
  ema <- rows_of(found, "TTPEMA", persons)
  progressed <- bor$BOR %in% "PD" & ema$CNSR == 0
  same(bor$BORDT, as.integer(ema$ADT), progressed, "BOR PD v TTP")
}

compare_trial <- function(trial, tally) {
  kind <- schedule_of(trial)
  defined <- define_trial(trial, trial$rules[kind])
  tally$cases <- tally$cases + length(defined)
  known <- trial_at_cut(trial)
  quiet <- function(code) {
    withCallingHandlers(code,
      tte_message = function(m) invokeRestart("muffleMessage"),
      tte_warning_response_after_cr = function(w) invokeRestart("muffleWarning")
    )
  }
  found <- quiet(endpoints_of(known, kind))
  if (!is.null(trial$tables$lesions)) quiet(expect_same_visits(trial, known, defined, tally))
  expect_same_endpoints(trial, found, defined, tally)
  bor <- quiet(best_response(study_of(known), rule_of(trial$rules)))
  bor <- bor[match(names(defined), bor$USUBJID), ]
  for (which in c("BOR", "CBOR")) {
    expect_same_patients(trial, bor[[which]], of(defined, tolower(which), "best"), which, tally)
    expect_same_patients(trial, bor[[paste0(which, "DT")]], of(defined, tolower(which), "day"), which, tally)
  }
  expect_one_chain(trial, found, bor, names(defined), tally)
}

test_that("endpoints from responses are the definition's on 10,000 random histories", {
  tally <- new_tally("endpoints from responses v definition")
  seeds <- history_seeds()
  for (seed in seeds) compare_trial(response_trial(seed), tally)
  print_tally(tally, seeds)
})

test_that("endpoints from lesions are the definition's on 10,000 random histories", {
  tally <- new_tally("endpoints from lesions v definition")
  seeds <- history_seeds() + 1000L
  for (seed in seeds) compare_trial(lesion_trial(seed), tally)
  print_tally(tally, seeds)
})

test_that("data_cut() is the cut written out, for every patient", {
  tally <- new_tally("data_cut v definition")
  for (seed in history_seeds(2000L)) {
    for (trial in list(response_trial(seed + 2000L), lesion_trial(seed + 2000L))) {
      known <- trial_at_cut(trial)
      made <- data_cut(study_of(trial), trial$rules$cut)
      derive <- function(study) {
        suppressMessages(derive_endpoint(
          study, c("OS", "PFS"), rule_of(trial$rules),
          censoring("FDA", visits = visits_of(trial$rules, "every"))
        ))
      }
      cut <- derive(made)
      truth <- derive(study_of(known))
      key <- function(x) paste(x$USUBJID, x$PARAMCD)
      testthat::expect_setequal(key(cut), key(truth))
      cut <- cut[match(key(truth), key(cut)), ]
      tally$cases <- tally$cases + nrow(truth)
      for (column in c("ADT", "CNSR")) {
        defined <- stats::setNames(as.integer(truth[[column]]), truth$USUBJID)
        expect_same_patients(trial, cut[[column]], defined, paste("cut", column), tally)
      }
    }
  }
  print_tally(tally, history_seeds(2000L))
})
