//! Where the model found what it says: stretches of its answer, and the pages behind them.

use fashionos_plugin::Value;

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub url: String,
    pub title: Option<String>,
}

/// The pages behind a value, by the stretches of the answer's text (in bytes) that touch it, and the words of the first such
/// stretch.
pub fn behind(value: &str, text: &str, grounding: &Value) -> (Vec<Source>, Option<String>) {
    // As it stands in the answer's JSON, without the quotes around it.
    let quoted = Value::from(value).to_string();
    let (mut sources, mut excerpt) = (Vec::new(), None);
    let Some(begin) = text.find(&quoted).map(|at| at + 1) else { return (sources, excerpt) };
    let end = begin + quoted.len() - 2;
    let chunks = grounding["groundingChunks"].as_array().map(Vec::as_slice).unwrap_or_default();
    for support in grounding["groundingSupports"].as_array().into_iter().flatten() {
        let segment = &support["segment"];
        let at = |field: &str| segment[field].as_u64().and_then(|at| usize::try_from(at).ok());
        let (Some(from), Some(to)) = (at("startIndex").or(Some(0)), at("endIndex")) else { continue };
        if from >= end || to <= begin {
            continue;
        }
        let indices = support["groundingChunkIndices"].as_array().into_iter().flatten().filter_map(Value::as_u64);
        for chunk in indices.filter_map(|index| chunks.get(usize::try_from(index).ok()?)) {
            let page = &chunk["web"];
            let Some(url) =
                page["uri"].as_str().filter(|url| url.starts_with("https://") || url.starts_with("http://"))
            else {
                continue;
            };
            if sources.iter().any(|source: &Source| source.url == url) {
                continue;
            }
            sources.push(Source { url: url.into(), title: page["title"].as_str().map(str::to_owned) });
            excerpt = excerpt.or_else(|| segment["text"].as_str().map(|words| words.chars().take(500).collect()));
        }
    }
    (sources, excerpt)
}

#[cfg(test)]
mod tests {
    use super::behind;
    use fashionos_plugin::json;

    #[test]
    fn f215_a_page_stands_behind_the_words_that_it_is_named_for() {
        let text = r#"{"suggestions": [{"field": "role", "value": "Créatrice"}, {"field": "bio", "value": "Vale"}]}"#;
        let at = |words: &str| text.find(words).expect("words");
        let grounding = json!({
            "groundingChunks": [{"web": {"uri": "https://a.example.com", "title": "A"}}, {"web": {"uri": "javascript:alert(1)"}}],
            "groundingSupports": [
                {"segment": {"startIndex": at("Créatrice"), "endIndex": at("Créatrice") + 10, "text": "Créatrice"}, "groundingChunkIndices": [0, 1, 7]},
            ]
        });
        let (sources, excerpt) = behind("Créatrice", text, &grounding);
        assert_eq!(sources.iter().map(|source| source.url.as_str()).collect::<Vec<_>>(), ["https://a.example.com"]);
        assert_eq!(excerpt.as_deref(), Some("Créatrice"));
        assert_eq!(behind("Vale", text, &grounding).0, []);
        assert_eq!(behind("Somebody", text, &grounding).0, []);
    }
}
