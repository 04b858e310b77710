import { useContext } from "react";
import type { Language } from "./language";
import { SpeechContext } from "./words";

/** Numbers and times as a language writes them. Counts of the API are int64 and come as strings. */
export interface Format {
  number(value: number | string | undefined): string;
  percent(share: number): string;
  bytes(bytes: number | string | undefined): string;
  /** Date and time; empty for an absent time. */
  time(time: string | undefined): string;
  /** How long ago or how far ahead, roughly; empty for an absent time. */
  fromNow(time: string | undefined): string;
  duration(seconds: number): string;
}

const byteUnits = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"];
const spans: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function formatIn(language: Language): Format {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  const numbers = new Intl.NumberFormat(locale);
  const percents = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const times = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const distances = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const units = new Map<string, Intl.NumberFormat>();
  const unit = (value: number, name: string, digits = 0) => {
    const key = `${name} ${digits}`;
    const options = { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits } as const;
    const known = units.get(key) ?? new Intl.NumberFormat(locale, options);
    units.set(key, known);
    return known.format(value);
  };
  return {
    number: (value) => numbers.format(Number(value ?? 0)),
    percent: (share) => percents.format(share),
    bytes(bytes) {
      let value = Number(bytes ?? 0);
      let step = 0;
      while (value >= 1000 && step < byteUnits.length - 1) {
        value /= 1000;
        step += 1;
      }
      return unit(value, byteUnits[step] ?? "byte", value < 10 && step > 0 ? 1 : 0);
    },
    time: (time) => (time === undefined ? "" : times.format(new Date(time))),
    fromNow(time) {
      if (time === undefined) return "";
      const seconds = (Date.parse(time) - Date.now()) / 1000;
      for (const [name, length] of spans) {
        if (Math.abs(seconds) >= length) return distances.format(Math.round(seconds / length), name);
      }
      return distances.format(Math.round(seconds), "second");
    },
    duration(seconds) {
      if (seconds < 60) return unit(Math.round(seconds), "second");
      if (seconds < 3600)
        return `${unit(Math.floor(seconds / 60), "minute")} ${unit(Math.round(seconds % 60), "second")}`;
      return `${unit(Math.floor(seconds / 3600), "hour")} ${unit(Math.floor((seconds % 3600) / 60), "minute")}`;
    },
  };
}

/** Made once a language: a grid has hundreds of tiles that write numbers, and making a format takes longer than using it. */
const formats = new Map<Language, Format>();

export function useFormat(): Format {
  const { language } = useContext(SpeechContext);
  const format = formats.get(language) ?? formatIn(language);
  formats.set(language, format);
  return format;
}
