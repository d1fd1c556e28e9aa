# `make demo`: study reports from published data and from a simulated study, into build/demo/.

suppressPackageStartupMessages(library(tte))

# pharmaverseadam: made-up oncology data in ADaM's shape, with so few events that much is NE, and the report
# says why.
adam_study <- function() {
  study_from_adam(
    pharmaverseadam::adsl, pharmaverseadam::adrs_onco, pharmaverseadam::adtte_onco, pharmaverseadam::adae,
    arm = "TRT01P", params = c(OS = "OS", PFS = "PFS", DoR = "RSD"),
    arms = c("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")
  )
}

# survival::colon: adjuvant chemotherapy for colon cancer, 929 patients, recurrence and death; no dates, no
# ADSL.
colon_study <- function() {
  rows <- split(survival::colon, survival::colon$etype)
  recurrence <- rows[["1"]]
  death <- rows[["2"]][match(recurrence$id, rows[["2"]]$id), ]
  first <- recurrence$status == 1
  baseline <- data.frame(
    USUBJID = death$id, TRT01P = as.character(death$rx), AGE = death$age,
    SEX = ifelse(death$sex == 1, "M", "F"),
    OBSTRUCT = ifelse(death$obstruct == 1, "Yes", "No"),
    NODES4 = ifelse(death$node4 == 1, "Over 4", "Up to 4")
  )
  os <- data.frame(
    PARAMCD = "OS", PARAM = "Overall survival", AVAL = death$time, CNSR = 1 - death$status,
    EVNTDESC = ifelse(death$status == 1, "Death", "Alive")
  )
  dfs <- data.frame(
    PARAMCD = "DFS", PARAM = "Disease-free survival", AVAL = ifelse(first, recurrence$time, death$time),
    CNSR = as.numeric(!(first | death$status == 1)),
    EVNTDESC = ifelse(first, "Recurrence", ifelse(death$status == 1, "Death", "Alive without recurrence"))
  )
  study_from_adam(
    adtte = rbind(cbind(baseline, dfs), cbind(baseline, os)), arms = c("Obs", "Lev", "Lev+5FU"),
    unit = "days",
    design = "randomised"
  )
}

# survival::rotterdam: 2982 patients with primary breast cancer, relapse and death, with and without
# hormonal treatment.
rotterdam_study <- function() {
  d <- survival::rotterdam
  first <- d$recur == 1
  rfs <- data.frame(
    USUBJID = d$pid, TRT01P = ifelse(d$hormon == 1, "Hormonal", "None"), AGE = d$age,
    NODES = factor(
      ifelse(d$nodes == 0, "None", ifelse(d$nodes < 4, "1 to 3", "4 and more")),
      c("None", "1 to 3", "4 and more")
    ),
    SIZE = d$size, PARAMCD = "RFS", PARAM = "Relapse-free survival", AVAL = ifelse(first, d$rtime, d$dtime),
    CNSR = as.numeric(!(first | d$death == 1)),
    EVNTDESC = ifelse(first, "Relapse", ifelse(d$death == 1, "Death", "Alive without relapse"))
  )
  study_from_adam(adtte = rfs, arms = c("None", "Hormonal"), unit = "days", design = "cohort")
}

# Simulated, in the size its registration says: 120 patients with refractory solid tumours, groups by the
# therapy started first, therapy guided by sequencing from some weeks later on.
guided_therapy_study <- function() {
  rule <- recist(confirmed = FALSE)
  responses <- derive_response(guided_study, rule)
  endpoints <- derive_endpoint(
    guided_study, c("OS", "PFS", "DoR"),
    rule = rule, censoring = censoring("FDA", visits = visits_every(weeks = 6, window_days = 7))
  )
  study_from_adam(
    guided_study$subjects, responses[!is.na(responses$AVALC), ], endpoints, guided_study$adverse_events,
    arms = levels(guided_study$subjects$TRT01P), design = "cohort", data_cut = guided_study$tte$data_cut
  )
}

folder <- file.path("build", "demo")
dir.create(folder, recursive = TRUE, showWarnings = FALSE)

# one report, after what the study says of itself
report_on <- function(trial, file, title, ...) {
  print(trial)
  study_report(trial, file.path(folder, file), overwrite = TRUE, title = title, ...)
}

colon <- colon_study()
reports <- c(
  report_on(adam_study(), "pharmaverseadam.html", "CDISC pilot study, oncology endpoints"),
  report_on(
    colon, "colon.html", "Adjuvant chemotherapy for colon cancer",
    strata = "NODES4", baseline = c("AGE", "SEX", "OBSTRUCT", "NODES4")
  ),
  report_on(
    rotterdam_study(), "rotterdam.html", "Primary breast cancer, Rotterdam",
    strata = "NODES", report_in = "years", baseline = c("AGE", "NODES", "SIZE")
  ),
  report_on(
    guided_therapy_study(), "guided-therapy-simulated.html",
    "SIMULATED: therapy guided by sequencing in refractory solid tumours (no real patients)",
    rule = recist(confirmed = FALSE), baseline = c("AGE", "SEX", "ECOGBL", "ACTIONFL")
  )
)

cat("\n")
print(log_rank_test(~TRT01P, colon$endpoints, param = "OS", unit = "days"))
cat("\nReports, to open in a browser:\n")
cat(paste0("  ", normalizePath(reports)), sep = "\n")
