// What the notebooks show: tables and plots below the cell. The programs have Show.cs instead.
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net;
using Plotly.NET;

// A plot brings its whole template along, and this one is short; it lacks room for long names.
Defaults.DefaultTemplate = ChartTemplates.light;
var axes = (Layout)Defaults.DefaultTemplate.GetPropertyValue("layout");
foreach (string axis in new[] { "xaxis", "yaxis" })
    ((DynamicObj.DynamicObj)axes.GetPropertyValue(axis)).SetProperty("automargin", true);

string Text(object value) => value switch
{
    double or float => string.Format(CultureInfo.InvariantCulture, "{0:0.###}", value),
    string text => text,
    IEnumerable values => string.Join(", ", values.Cast<object>().Select(Text)),
    _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
};

void Show<T>(string title, IEnumerable<T> rows)
{
    var columns = typeof(T).GetProperties();
    string Row(string tag, IEnumerable<string> cells)
        => "<tr>" + string.Concat(cells.Select(cell => $"<{tag}>{WebUtility.HtmlEncode(cell)}</{tag}>")) + "</tr>\n";
    string head = Row("th", columns.Select(column => column.Name));
    string body = string.Concat(rows.Select(row => Row("td", columns.Select(column => Text(column.GetValue(row))))));
    display(HTML($"<table>\n<caption>{WebUtility.HtmlEncode(title)}</caption>\n<thead>\n{head}</thead>\n<tbody>\n{body}</tbody>\n</table>"));
}

void Show(string title, GenericChart chart)
{
    display(HTML($"<b>{WebUtility.HtmlEncode(title)}</b>"));
    display(chart);
}
