# What R's package survey says of two samples of schools and of the rows on its input; one line of JSON.
# Rscript survey_statistics.R FILE.csv stratified|clustered
suppressMessages(library(survey))
options(digits = 15)
arguments <- commandArgs(TRUE)
d <- read.csv(arguments[1], stringsAsFactors = TRUE)
d$strata <- if (arguments[2] == "stratified") d$stratum else 1
d$cluster <- if (arguments[2] == "stratified") seq_len(nrow(d)) else d$cluster
design <- svydesign(ids = ~cluster, strata = ~strata, weights = ~w, fpc = ~fpc, data = d)
replacing <- svydesign(ids = ~cluster, strata = ~strata, weights = ~w, data = d)

told <- character()
tell <- function(name, ...) {
  told[[length(told) + 1]] <<- sprintf('"%s": [%s]', name, paste(sprintf("%.15g", as.numeric(c(...))), collapse = ", "))
}
for (name in c("fpc", "replacing")) {
  x <- if (name == "fpc") design else replacing
  m <- svymean(~y, x, deff = if (name == "fpc") TRUE else "replace")
  tell(paste0("mean ", name), m, SE(m), deff(m), degf(x))
  t <- svytotal(~y, x)
  tell(paste0("total ", name), t, SE(t))
  half <- subset(x, inside == 1)
  m <- svymean(~y, half)
  tell(paste0("domain ", name), m, SE(m), degf(half))
  f <- svychisq(~a + b, x)
  tell(paste0("table ", name), f$statistic, f$parameter, f$p.value)
  g <- svyttest(y ~ yes, x)
  tell(paste0("groups ", name), g$estimate, g$statistic, g$parameter, g$p.value, g$conf.int)
  q <- svyciprop(~yes, x, method = "xlogit")
  tell(paste0("logit ", name), q, attr(q, "ci"))
  q <- svyciprop(~yes, x, method = "beta")
  tell(paste0("beta ", name), q, attr(q, "ci"))
  by <- svyby(~y, ~a, x, svymean)
  tell(paste0("by ", name), coef(by), SE(by))
}
people <- sum(d$w)
pa <- data.frame(a = levels(d$a), Freq = people * seq_along(levels(d$a)) / sum(seq_along(levels(d$a))))
pb <- data.frame(b = levels(d$b), Freq = people / nlevels(d$b))
r <- rake(design, list(~a, ~b), list(pa, pb), control = list(epsilon = 1e-10, maxit = 500))
tell("raked weights", weights(r))
totals <- c(people, pa$Freq[-1], pb$Freq[-1])
names(totals) <- c("(Intercept)", paste0("a", pa$a[-1]), paste0("b", pb$b[-1]))
calibrated <- calibrate(design, ~a + b, totals, calfun = "raking", epsilon = 1e-13, maxit = 500)
m <- svymean(~y, calibrated)
tell("raked mean", m, SE(m))
left_out <- as.svrepdesign(design)
left_out <- rake(left_out, list(~a, ~b), list(pa, pb), control = list(epsilon = 1e-10, maxit = 500))
m <- svymean(~y, left_out)
tell("jackknife", m, SE(m))
cat("{", paste(told, collapse = ", "), "}\n")
